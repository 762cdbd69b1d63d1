/** Settings by Keras's names as wgrad calls them: kernel_size as kernelSize, beta_1 as beta1. */
export function camelCased(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).map(([name, value]) => [
      name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}

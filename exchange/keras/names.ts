/** @file Keras's names in Python and this house's in TypeScript. */

/** kernel_size to kernelSize */
export function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** kernelSize to kernel_size, Conv2DTranspose to conv2d_transpose: Keras's rules */
export function snakeCase(name: string): string {
  const words = name.replace(/(.)([A-Z][a-z]+)/g, "$1_$2").replace(/([a-z])([A-Z])/g, "$1_$2");
  return words.toLowerCase();
}

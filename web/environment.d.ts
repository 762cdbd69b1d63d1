/** @file What Vite puts into the page: the build that it is of, and files as texts that are loaded when they are asked for. */
interface ImportMeta {
  readonly env: {
    /** of package.json */
    readonly WGRAD_VERSION?: string;
    /** of the clone; empty outside of one */
    readonly WGRAD_COMMIT?: string;
  };
  glob(
    pattern: string,
    options: { readonly query: "?raw"; readonly import: "default" },
  ): Readonly<Record<string, () => Promise<string>>>;
}

/// <reference types="vite/types/importMeta.d.ts" />

/** What Vite puts into the page of the build that it is of. */
interface ImportMetaEnv {
  /** of package.json */
  readonly WGRAD_VERSION?: string;
  /** of the clone; empty outside of one */
  readonly WGRAD_COMMIT?: string;
}

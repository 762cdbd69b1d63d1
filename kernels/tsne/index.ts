/** @file t-SNE. */
export { type TsneOptions, type TsneProgress, type TsneResult, tsne } from "./tsne.ts";

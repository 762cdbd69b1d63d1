/** @file Ops that rearrange elements without computing on them. */
export { concat } from "./concat.ts";
export { gather } from "./gather.ts";
export { oneHot } from "./one-hot.ts";
export { flatten, reshape, stopGradient } from "./reshape.ts";
export { slice } from "./slice.ts";
export { transpose } from "./transpose.ts";

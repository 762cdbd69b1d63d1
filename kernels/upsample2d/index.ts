/** @file Upsampling. */
export { type UpsampleOptions, upsample2d } from "./upsample2d.ts";

/** @file Padding and cropping. */
export { cropping2d, type Margin, type Margins2d, pad, zeroPadding2d } from "./pad.ts";

/** @file All ops whose gradients can be checked, by family and by name. */
import type { CheckedOp, OpFamily } from "./checked-op.ts";
import { convolutions } from "./families/convolutions.ts";
import { elementwise } from "./families/elementwise.ts";
import { layers } from "./families/layers.ts";
import { lossFunctions } from "./families/losses.ts";
import { pools } from "./families/pooling.ts";
import { products } from "./families/products.ts";
import { reductions } from "./families/reductions.ts";
import { shapes } from "./families/shapes.ts";

/** The checked ops by family. */
export const families: readonly OpFamily[] = [
  convolutions,
  products,
  pools,
  layers,
  lossFunctions,
  reductions,
  elementwise,
  shapes,
];

/** All checked ops. */
export const operations: readonly CheckedOp[] = families.flatMap(({ ops }) => ops);

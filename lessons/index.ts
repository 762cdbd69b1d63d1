/**
 * @file The package `wgrad/lessons`: tiny examples of ops worked through by the real kernels, the gradient check of every op, and
 * small errors in shaders that a check must find. `npm run explain` and `npm run gradcheck` show the same ones on a terminal.
 */
export { findByName, type Listing } from "./by-name.ts";
export type { Lesson } from "./explain/lesson.ts";
export { lessons } from "./explain/lessons.ts";
export { Page } from "./explain/page.ts";
export { type Example, Workbench } from "./explain/workbench.ts";
export { type CaseCheck, checkCase, type ElementCheck, type GradientCheck } from "./gradcheck/check.ts";
export type { CheckedInput, CheckedOp, GradcheckCase, OpFamily } from "./gradcheck/checked-op.ts";
export type { Draw } from "./gradcheck/draws.ts";
export { families, operations } from "./gradcheck/operations.ts";
export { caseText, explanation, listText, type OpCheck, verdict } from "./gradcheck/table.ts";
export { lossWithGradient } from "./loss-with-gradient.ts";
export { allMutants } from "./mutants/index.ts";
export { type Mutant, staleness } from "./mutants/mutant.ts";
export { type Palette, paletteFor, plainPalette } from "./text.ts";

/** @file Reports as `wgrad/report` exports them: one HTML page with pictures, in Node. */

export type { ClassifierOutputs, ModelReport } from "./model-report.ts";
export { writeReport } from "./model-report.ts";
export type {
  BarBlock,
  Block,
  FreeSection,
  GridBlock,
  ImageBlock,
  LabelledImages,
  LineBlock,
  ReportImages,
  ScatterBlock,
  TableBlock,
  TextBlock,
} from "./run-report.ts";
export type { WrittenReport } from "./write-report.ts";

/**
 * @file What a figure is drawn from: data, and labels by their keys, so that it can be drawn again in another language. The
 * schemas say how it is stored; images are PNGs there.
 */
import { z } from "zod";
import { imageGridPng, imagesOfPng } from "./image-grid.ts";
import { type Label, labelSchema } from "./label.ts";
import { palette, type Role } from "./palette.ts";
import type { ReportImages } from "./run-report.ts";

const list = <T extends z.ZodType>(schema: T) => z.array(schema).readonly();
const roleSchema = z.enum(Object.keys(palette) as [Role, ...Role[]]);
const axesSchema = z.strictObject({ x: labelSchema, y: labelSchema });
const pointSchema = z.strictObject({ x: z.number(), y: z.number() });

/** Images [n, h, w, c] with c = 1 or 3, stored as a PNG with one below the other. */
const imagesSchema = z.codec(
  z.strictObject({
    png: z.base64(),
    count: z.int().positive(),
    channels: z.union([z.literal(1), z.literal(3)]),
  }),
  z.custom<ReportImages>(),
  {
    decode: ({ png, count, channels }, context) => {
      try {
        return imagesOfPng(Buffer.from(png, "base64"), count, channels);
      } catch (error) {
        context.issues.push({
          code: "custom",
          input: count,
          message: `no images: ${(error as Error).message}`,
        });
        return z.NEVER;
      }
    },
    encode: (images) => ({
      png: imageGridPng(images, { columns: 1 }).toString("base64"),
      count: images.count,
      channels: images.channels === 3 ? (3 as const) : (1 as const),
    }),
  },
);

/** [n, 2], to five digits */
const pointsSchema = z.codec(
  z.array(z.number()),
  z.custom<Float32Array>((value) => value instanceof Float32Array),
  {
    decode: (values) => Float32Array.from(values),
    encode: (points) => Array.from(points, (value) => Number(value.toPrecision(5))),
  },
);

/** Curves, by epoch for example, each labelled at its end with its last value. */
const linesSchema = z.strictObject({
  kind: z.literal("lines"),
  axes: axesSchema,
  /** log: a tick at every x of a point; x must be above 0 */
  xScale: z.enum(["linear", "log"]).exactOptional(),
  /** how y is written: three digits, or percent with so many decimals. Default three digits */
  percent: z.int().min(0).max(6).exactOptional(),
  series: list(
    z.strictObject({
      name: labelSchema,
      role: roleSchema,
      /** where more curves than colours are drawn, or one lies over another */
      dashed: z.boolean().exactOptional(),
      points: list(pointSchema),
    }),
  ),
  /** a value to compare with, drawn as a dashed line */
  reference: z.strictObject({ name: labelSchema, y: z.number() }).exactOptional(),
});

/** Horizontal bars per category, one or more per category. */
const barsSchema = z.strictObject({
  kind: z.literal("bars"),
  categories: list(labelSchema),
  series: list(z.strictObject({ name: labelSchema, role: roleSchema, values: list(z.number()) })),
});

const rangeSchema = z.tuple([z.number(), z.number()]).readonly();

/** ROC curves in a part of the unit square; the legend names each with the area under it. */
const rocSchema = z.strictObject({
  kind: z.literal("roc"),
  axes: axesSchema,
  window: z.strictObject({ x: rangeSchema, y: rangeSchema }),
  series: list(
    z.strictObject({
      name: labelSchema,
      role: roleSchema,
      dash: rangeSchema.exactOptional(),
      /** null if a class has no images */
      area: z.number().nullable(),
      points: list(pointSchema),
    }),
  ),
});

/** counts[true class][predicted class] */
const confusionSchema = z.strictObject({
  kind: z.literal("confusion"),
  axes: axesSchema,
  classes: list(z.string()),
  counts: list(list(z.number())),
});

/** Points in the plane, coloured by class; at most ten classes. */
const scatterSchema = z.strictObject({
  kind: z.literal("scatter"),
  axes: axesSchema,
  points: pointsSchema,
  labels: list(z.int()),
  classes: list(labelSchema),
});

/** Rows of images that belong together column by column. */
const gridSchema = z.strictObject({
  kind: z.literal("grid"),
  rows: list(z.strictObject({ label: labelSchema, images: imagesSchema })),
  columns: list(labelSchema).exactOptional(),
  gap: z.number().min(0).exactOptional(),
  scale: z.int().positive().exactOptional(),
});

/** Images with a caption each; an empty list of captions draws none. */
const imagesFigureSchema = z.strictObject({
  kind: z.literal("images"),
  images: imagesSchema,
  captions: list(
    z.strictObject({
      text: labelSchema,
      /** a second line */
      detail: labelSchema.exactOptional(),
      /** marks a mistake with a frame and a cross */
      wrong: z.boolean(),
    }),
  ),
});

/** Images in rows with a name each and columns with a heading. */
const imageTableSchema = z.strictObject({
  kind: z.literal("image-table"),
  /** headings by the column they start at */
  heads: list(z.strictObject({ column: z.int().min(0), text: labelSchema })),
  rows: list(
    z.strictObject({
      name: labelSchema,
      detail: labelSchema.exactOptional(),
      /** null is an empty place */
      cells: list(
        z
          .strictObject({
            image: imagesSchema,
            caption: labelSchema.exactOptional(),
            wrong: z.boolean().exactOptional(),
          })
          .nullable(),
      ),
    }),
  ),
  /** width of an image in pixels, about: images are enlarged by whole factors only */
  size: z.number().positive(),
});

/** A picture and what was made of it side by side, and bars of the classes that it was taken for. */
const explanationSchema = z.strictObject({
  kind: z.literal("explanation"),
  images: list(z.strictObject({ title: labelSchema, image: imagesSchema })),
  /** shares from 0 to 1, the largest first; without any, no bars are drawn */
  bars: list(z.strictObject({ name: labelSchema, share: z.number() })),
});

/** A network as a chain of boxes. */
const networkSchema = z.strictObject({
  kind: z.literal("network"),
  layers: list(
    z.strictObject({ type: labelSchema, shape: list(z.number().nullable()), parameters: z.number() }),
  ),
});

export const figureSpecSchema = z.discriminatedUnion("kind", [
  linesSchema,
  barsSchema,
  rocSchema,
  confusionSchema,
  scatterSchema,
  gridSchema,
  imagesFigureSchema,
  imageTableSchema,
  explanationSchema,
  networkSchema,
]);

export type LinesSpec = z.output<typeof linesSchema>;
export type BarsSpec = z.output<typeof barsSchema>;
export type RocSpec = z.output<typeof rocSchema>;
export type ConfusionSpec = z.output<typeof confusionSchema>;
export type ScatterSpec = z.output<typeof scatterSchema>;
export type GridSpec = z.output<typeof gridSchema>;
export type ImagesSpec = z.output<typeof imagesFigureSchema>;
export type ImageTableSpec = z.output<typeof imageTableSchema>;
export type ExplanationSpec = z.output<typeof explanationSchema>;
export type NetworkSpec = z.output<typeof networkSchema>;
export type FigureSpec = z.output<typeof figureSpecSchema>;

/** A figure to be drawn. */
export interface FigurePlan {
  /** file name without ending */
  readonly name: string;
  readonly title: Label;
  readonly spec: FigureSpec;
}

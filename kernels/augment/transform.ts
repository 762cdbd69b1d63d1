/** @file One image's transformation, and the map of pixels that it makes. */
import { checkFlag, checkOption, checkOptionNames, type OptionNames } from "../../engine/options.ts";

/** Parameters as in Keras's ImageDataGenerator.apply_transform; whatever is left out does nothing. */
export interface ImageTransform {
  /** degrees */
  readonly theta?: number;
  /** pixels, along the rows */
  readonly tx?: number;
  /** pixels, along the columns */
  readonly ty?: number;
  /** degrees */
  readonly shear?: number;
  /** above 1 the image gets smaller */
  readonly zx?: number;
  readonly zy?: number;
  readonly channelShift?: number;
  readonly flipHorizontal?: boolean;
  readonly flipVertical?: boolean;
}

const transformNames: OptionNames<ImageTransform> = {
  theta: true,
  tx: true,
  ty: true,
  shear: true,
  zx: true,
  zy: true,
  channelShift: true,
  flipHorizontal: true,
  flipVertical: true,
};

/** Throws ArgumentError unless every parameter exists and is a number, or a flag. */
export function checkTransform(op: string, transform: ImageTransform): void {
  checkOptionNames(op, transform, transformNames);
  const { flipHorizontal = false, flipVertical = false, ...numbers } = transform;
  for (const [name, value] of Object.entries({ flipHorizontal, flipVertical })) checkFlag(op, name, value);
  for (const [name, value] of Object.entries(numbers))
    if (value !== undefined) checkOption(op, name, value, () => true, "a finite number");
}

/** [[m00, m01, b0], [m10, m11, b1]]: the place in the source, row and column, of a place in the result. */
export type PixelMap = readonly [readonly [number, number, number], readonly [number, number, number]];

/** T(centre) R(theta) T(tx, ty) Shear Zoom T(-centre), without its last row. */
export function pixelMap(transform: ImageTransform, centre: readonly [number, number]): PixelMap {
  const { theta = 0, tx = 0, ty = 0, shear = 0, zx = 1, zy = 1 } = transform;
  const [angle, sheared] = [(theta * Math.PI) / 180, ((theta + shear) * Math.PI) / 180];
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const [m00, m01] = [c * zx, -Math.sin(sheared) * zy];
  const [m10, m11] = [s * zx, Math.cos(sheared) * zy];
  const [row, column] = centre;
  const b0 = row - (m00 * row + m01 * column) + (c * tx - s * ty);
  const b1 = column - (m10 * row + m11 * column) + (s * tx + c * ty);
  return [
    [m00, m01, b0],
    [m10, m11, b1],
  ];
}

/** Eight numbers as transform-images.wgsl reads them: the map by rows, after the first the shift, after the second the flips. */
export function mapRow(transform: ImageTransform, centre: readonly [number, number]): number[] {
  const [rows, columns] = pixelMap(transform, centre);
  const { channelShift = 0, flipHorizontal = false, flipVertical = false } = transform;
  return [...rows, channelShift, ...columns, (flipHorizontal ? 1 : 0) + (flipVertical ? 2 : 0)];
}

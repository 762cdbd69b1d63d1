/** @file Channels of an image, or a row of units, drawn as they are in the buffer: dark to light, or by their sign. */
import { useEffect, useRef } from "preact/hooks";
import type { Values } from "../worker/protocol.ts";

/** What is drawn: values of [rows, columns] for each of some maps, side by side. */
interface Grid {
  readonly rows: number;
  readonly columns: number;
  readonly maps: number;
  /** index of a value in the tensor */
  readonly at: (map: number, row: number, column: number) => number;
}

/** Activations [1, h, w, c] have a map for each channel, rows [1, n] are one map of one row. */
export function activationGrid({ shape }: Values): Grid | undefined {
  if (shape.length === 4) {
    const [, rows, columns, maps] = shape as [number, number, number, number];
    return { rows, columns, maps, at: (map, row, column) => (row * columns + column) * maps + map };
  }
  if (shape.length !== 2) return undefined;
  const units = shape[1]!;
  const columns = Math.min(units, 128);
  return {
    rows: Math.ceil(units / columns),
    columns,
    maps: 1,
    at: (_, row, column) => row * columns + column,
  };
}

/** Kernels [kh, kw, c, k]: filter k by its first channel, or in colours where there are three. */
export function filterGrid({ shape }: Values): Grid {
  const [rows, columns, channels, maps] = shape as [number, number, number, number];
  return { rows, columns, maps, at: (map, row, column) => (row * columns + column) * channels * maps + map };
}

interface Props {
  readonly tensor: Values;
  readonly grid: Grid;
  /** maps shown at most */
  readonly most: number;
  /** of the canvas, in CSS pixels per value */
  readonly scale: number;
  /** values between these maps are colours: red, green, blue follow each other at this distance */
  readonly colors?: number;
  readonly label: string;
}

const gap = 1;

export function Maps({ tensor, grid, most, scale, colors, label }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const shown = Math.min(most, grid.maps);
  const across = Math.ceil(shown / Math.ceil(shown / 16));
  const width = across * (grid.columns + gap) - gap;
  const height = Math.ceil(shown / across) * (grid.rows + gap) - gap;
  useEffect(() => draw(canvas.current!, tensor, grid, shown, across, colors));
  return (
    <canvas
      ref={canvas}
      width={width}
      height={height}
      style={{ width: `${width * scale}px`, maxWidth: "100%" }}
      class="maps"
      role="img"
      aria-label={label}
    />
  );
}

function draw(
  canvas: HTMLCanvasElement,
  { values }: Values,
  { rows, columns, at }: Grid,
  shown: number,
  across: number,
  colors: number | undefined,
): void {
  const context = canvas.getContext("2d")!;
  const image = context.createImageData(canvas.width, canvas.height);
  const toByte = byteScale(values);
  for (let map = 0; map < shown; map++) {
    const [left, top] = [(map % across) * (columns + gap), Math.floor(map / across) * (rows + gap)];
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        const index = at(map, row, column);
        if (index >= values.length) continue;
        const pixel = 4 * ((top + row) * canvas.width + left + column);
        for (let c = 0; c < 3; c++) image.data[pixel + c] = toByte(values[index + c * (colors ?? 0)]!);
        image.data[pixel + 3] = 255;
      }
  }
  context.putImageData(image, 0, 0);
}

/** From the smallest value, black, to the largest, white. Where all are the same they are grey. */
function byteScale(values: Float32Array): (value: number) => number {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const range = most - least;
  return (value) => (range > 0 ? (255 * (value - least)) / range : 128);
}

/** A picture [h, w, 1 or 3] of bytes. */
export function Picture({ tensor, scale, label }: { tensor: Values; scale: number; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [height, width, channels] = tensor.shape as [number, number, number];
  useEffect(() => {
    const context = canvas.current!.getContext("2d")!;
    const image = context.createImageData(width, height);
    for (let i = 0; i < width * height; i++) {
      for (let c = 0; c < 3; c++) image.data[4 * i + c] = tensor.values[i * channels + (c % channels)]!;
      image.data[4 * i + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  });
  return (
    <canvas
      ref={canvas}
      width={width}
      height={height}
      style={{ width: `${width * scale}px` }}
      class="maps"
      role="img"
      aria-label={label}
    />
  );
}

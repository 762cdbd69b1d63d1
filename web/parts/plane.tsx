/** @file A plane of a tensor to be pointed at: blue below zero, orange above, in the colours of the report. */
import { useEffect, useRef } from "preact/hooks";
import { shortly } from "../../lessons/microscope/numbers.ts";
import type { Plane } from "../worker/protocol.ts";

interface Props {
  readonly plane: Plane;
  readonly label: string;
  /** index of the number that is shown, per axis of the tensor */
  readonly index: readonly number[];
  readonly onChoose: (index: readonly number[]) => void;
}

/** CSS pixels that a plane takes at most. */
const most = 320;

export function PlaneMap({ plane, label, index, onChoose }: Props) {
  const { rows, columns, rowAxis, columnAxis, values } = plane;
  const canvas = useRef<HTMLCanvasElement>(null);
  const scale = Math.max(1, Math.min(40, Math.floor(most / Math.max(rows, columns))));
  const [row, column] = [rowAxis, columnAxis].map((axis) => (axis === undefined ? 0 : index[axis]!)) as [
    number,
    number,
  ];
  useEffect(() => draw(canvas.current!, plane, row, column, scale));
  const choose = (toRow: number, toColumn: number) => {
    const within = (value: number, size: number) => Math.max(0, Math.min(value, size - 1));
    const to = [...index];
    if (rowAxis !== undefined) to[rowAxis] = within(toRow, rows);
    if (columnAxis !== undefined) to[columnAxis] = within(toColumn, columns);
    onChoose(to);
  };
  const moves: Readonly<Record<string, readonly [number, number]>> = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
  };
  return (
    <figure>
      <figcaption>{label}</figcaption>
      <button
        type="button"
        class="plain plane"
        aria-label={`${label}: ${index.join(", ")}, ${shortly(values[row * columns + column]!)}`}
        onClick={({ offsetX, offsetY, detail }) =>
          detail > 0 && choose(Math.floor(offsetY / scale), Math.floor(offsetX / scale))
        }
        onKeyDown={(event) => {
          const by = moves[event.key];
          if (!by) return;
          event.preventDefault();
          choose(row + by[0], column + by[1]);
        }}
      >
        <canvas ref={canvas} width={columns * scale} height={rows * scale} />
      </button>
    </figure>
  );
}

const cold = [27, 111, 174] as const;
const warm = [182, 92, 0] as const;

function draw(
  canvas: HTMLCanvasElement,
  { rows, columns, values }: Plane,
  row: number,
  column: number,
  scale: number,
) {
  const context = canvas.getContext("2d")!;
  const largest = values.reduce((max, value) => Math.max(max, Math.abs(value)), 0) || 1;
  for (const [i, value] of values.entries()) {
    const share = Math.min(1, Math.abs(value) / largest);
    const mixed = (value < 0 ? cold : warm).map((part) => Math.round(255 + (part - 255) * share));
    context.fillStyle = `rgb(${mixed.join(",")})`;
    context.fillRect((i % columns) * scale, Math.floor(i / columns) * scale, scale, scale);
  }
  context.strokeStyle = "#171b20";
  context.lineWidth = 2;
  if (row < rows) context.strokeRect(column * scale + 1, row * scale + 1, scale - 2, scale - 2);
}

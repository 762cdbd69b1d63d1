/** @file A sheet of as many pixels as the network takes: drawn on with mouse, pen, finger or keys, and where a pixel is chosen. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { greyPixels } from "../../datasets/formats/images/grey.ts";

export type Tool = "brush" | "eraser" | "pixel";

interface Props {
  /** bytes [h, w, c] */
  readonly bytes: Uint8Array;
  readonly shape: readonly [height: number, width: number, channels: number];
  /** CSS pixels for each of the sheet */
  readonly scale: number;
  readonly tool: Tool;
  /** "#rrggbb" that the tool leaves; a network without colours gets its grey */
  readonly color: string;
  /** in pixels of the sheet */
  readonly thickness: number;
  /** the chosen pixel */
  readonly chosen: Spot | undefined;
  readonly label: string;
  readonly onDraw: (bytes: Uint8Array) => void;
  readonly onChoose: (spot: Spot) => void;
}

interface Spot {
  readonly row: number;
  readonly column: number;
}

const arrows: Readonly<Record<string, readonly [down: number, right: number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

export function Pad(props: Props) {
  const { bytes, shape, scale, tool, chosen, label, onChoose } = props;
  const [height, width] = shape;
  const canvas = useRef<HTMLCanvasElement>(null);
  const last = useRef<readonly [x: number, y: number] | undefined>(undefined);
  const cursor = useSignal<Spot>({ row: height >> 1, column: width >> 1 });
  useEffect(() => show(contextOf(canvas), bytes, shape), [bytes]);

  const mark = (x: number, y: number) => {
    if (tool === "pixel")
      onChoose({ row: within(Math.floor(y), height), column: within(Math.floor(x), width) });
    else {
      stroke(contextOf(canvas), last.current ?? [x, y], [x, y], props);
      last.current = [x, y];
      props.onDraw(bytesOf(contextOf(canvas), shape));
    }
  };
  const placeOf = (event: PointerEvent): [number, number] => {
    const { left, top, width: shown } = canvas.current!.getBoundingClientRect();
    return [((event.clientX - left) * width) / shown, ((event.clientY - top) * width) / shown];
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const arrow = arrows[event.key];
    const marks = event.key === " " || event.key === "Enter";
    if (!arrow && !marks) return;
    event.preventDefault();
    const [down, right] = arrow ?? [0, 0];
    const { row, column } = cursor.value;
    cursor.value = { row: within(row + down, height), column: within(column + right, width) };
    last.current = event.shiftKey && arrow ? [column + 0.5, row + 0.5] : undefined;
    if (marks || event.shiftKey) mark(cursor.value.column + 0.5, cursor.value.row + 0.5);
    last.current = undefined;
  };
  const spot = (name: string, { row, column }: Spot) => (
    <span
      class={name}
      style={{
        left: `${(100 * column) / width}%`,
        top: `${(100 * row) / height}%`,
        width: `${100 / width}%`,
        height: `${100 / height}%`,
      }}
    />
  );
  return (
    <div
      class="pad"
      style={{ width: `${width * scale}px`, aspectRatio: `${width} / ${height}` }}
      role="application"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: an application takes the keys that it says it takes
      tabIndex={0}
      aria-label={label}
      data-tool={tool}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        last.current = undefined;
        mark(...placeOf(event));
      }}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId)) mark(...placeOf(event));
      }}
    >
      <canvas ref={canvas} width={width} height={height} />
      {spot("cursor", cursor.value)}
      {chosen && spot("chosen", chosen)}
    </div>
  );
}

function contextOf(canvas: { readonly current: HTMLCanvasElement | null }): CanvasRenderingContext2D {
  return canvas.current!.getContext("2d", { willReadFrequently: true })!;
}

function within(index: number, end: number): number {
  return Math.max(0, Math.min(index, end - 1));
}

function stroke(
  context: CanvasRenderingContext2D,
  from: readonly [number, number],
  to: readonly [number, number],
  { color, thickness }: Props,
): void {
  context.strokeStyle = color;
  context.lineWidth = thickness;
  context.lineCap = "round";
  context.beginPath();
  context.moveTo(...from);
  context.lineTo(...to);
  context.stroke();
}

function show(
  context: CanvasRenderingContext2D,
  bytes: Uint8Array,
  [height, width, channels]: Props["shape"],
) {
  const image = context.createImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = bytes[i * channels + (c % channels)]!;
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

/** What is on the sheet. */
function bytesOf(context: CanvasRenderingContext2D, [height, width, channels]: Props["shape"]): Uint8Array {
  const { data } = context.getImageData(0, 0, width, height);
  const colors = Uint8Array.from(
    { length: 3 * width * height },
    (_, i) => data[4 * Math.floor(i / 3) + (i % 3)]!,
  );
  return channels === 1 ? greyPixels(colors) : colors;
}

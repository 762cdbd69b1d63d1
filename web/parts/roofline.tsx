/** @file The roofline: launches by their operations per byte and their speed, under what the adapter can do at most. */
import { texts } from "../page.ts";
import type { StepTrace } from "../worker/protocol.ts";

const size = { width: 520, height: 300, left: 52, bottom: 34, top: 10, right: 12 };

/** Operations per byte, and GFLOP/s, from and to. */
const range = { x: [0.05, 500], y: [0.01, 20_000] } as const;

const scaled = (value: number, [from, to]: readonly [number, number]) =>
  Math.log(Math.min(Math.max(value, from), to) / from) / Math.log(to / from);
const xOf = (value: number) => size.left + scaled(value, range.x) * (size.width - size.left - size.right);
const yOf = (value: number) =>
  size.height - size.bottom - scaled(value, range.y) * (size.height - size.bottom - size.top);
const powers = (from: number, to: number) => {
  const [first, last] = [Math.ceil(Math.log10(from)), Math.floor(Math.log10(to))];
  return Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i));
};

interface Props extends Pick<StepTrace, "rows" | "ceilings"> {
  readonly title: string;
  /** the row that is marked */
  readonly chosen?: number;
}

export function Roofline({ title, rows, ceilings, chosen }: Props) {
  const { f32GigaFlops: peak, kernelGigabytes: bandwidth } = ceilings;
  const ridge = peak / bandwidth;
  const roof = [range.x[0], ridge, range.x[1]].map((x) => `${xOf(x)},${yOf(Math.min(peak, x * bandwidth))}`);
  const longest = Math.max(...rows.map(({ microseconds }) => microseconds));
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <svg viewBox={`0 0 ${size.width} ${size.height}`} class="roofline" role="img" aria-label={title}>
        <Axes />
        <polyline points={roof.join(" ")} class="roof" />
        <text x={xOf(range.x[1])} y={yOf(peak) - 6} text-anchor="end">
          {peak.toPrecision(3)} GFLOP/s
        </text>
        <text x={xOf(range.x[0]) + 6} y={yOf(range.x[0] * bandwidth) - 14}>
          {bandwidth.toPrecision(3)} GB/s
        </text>
        {rows.map(
          ({ name, operands, flops, bytes, gflops, microseconds, bound }, i) =>
            flops > 0 && (
              <circle
                key={i}
                cx={xOf(flops / bytes)}
                cy={yOf(gflops)}
                r={3 + 9 * Math.sqrt(microseconds / longest)}
                class={bound}
                data-chosen={i === chosen ? "true" : undefined}
              >
                <title>
                  {name} {operands}
                </title>
              </circle>
            ),
        )}
      </svg>
    </figure>
  );
}

function Axes() {
  const text = texts.value;
  return (
    <>
      {powers(...range.x).map((x) => (
        <g key={x} class="grid">
          <line x1={xOf(x)} x2={xOf(x)} y1={size.top} y2={size.height - size.bottom} />
          <text x={xOf(x)} y={size.height - size.bottom + 15} text-anchor="middle">
            {x}
          </text>
        </g>
      ))}
      {powers(...range.y).map((y) => (
        <g key={y} class="grid">
          <line x1={size.left} x2={size.width - size.right} y1={yOf(y)} y2={yOf(y)} />
          <text x={size.left - 6} y={yOf(y) + 4} text-anchor="end">
            {y >= 1000 ? `${y / 1000}k` : y}
          </text>
        </g>
      ))}
      <text x={(size.left + size.width) / 2} y={size.height - 4} text-anchor="middle">
        {text.flopPerByte}
      </text>
      <text x={4} y={12}>
        GFLOP/s
      </text>
    </>
  );
}

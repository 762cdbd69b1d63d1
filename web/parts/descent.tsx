/** @file The way of a weight down its loss: the curve and every point on it as the kernels computed them. */
import { shortly } from "../../lessons/microscope/numbers.ts";

interface Props {
  readonly title: string;
  /** w along the axis and the loss there */
  readonly grid: Float32Array;
  readonly curve: Float32Array;
  /** before each step */
  readonly weights: readonly number[];
  readonly losses: Float32Array;
  /** points that are to be seen */
  readonly shown: number;
}

const [width, height, margin] = [360, 200, 12];

export function Descent({ title, grid, curve, weights, losses, shown }: Props) {
  const [left, right] = [grid[0]!, grid.at(-1)!];
  const highest = Math.max(...curve, 1e-12);
  const x = (w: number) => margin + ((w - left) / (right - left)) * (width - 2 * margin);
  const y = (loss: number) => height - margin - (loss / highest) * (height - 2 * margin);
  const points = weights.slice(0, shown).map((w, i) => [x(w), y(losses[i]!)] as const);
  const line = (of: readonly (readonly [number, number])[]) => of.map((at) => at.join(",")).join(" ");
  const said = weights.slice(0, shown).map((w, i) => `w = ${shortly(w)}, L = ${shortly(losses[i]!)}`);
  return (
    <figure class="descent">
      <figcaption>{title}</figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={`${title}: ${said.join("; ")}`}>
        <line x1={margin} x2={width - margin} y1={y(0)} y2={y(0)} />
        <polyline class="curve" points={line([...grid].map((w, i) => [x(w), y(curve[i]!)]))} />
        <polyline class="way" points={line(points)} />
        {points.map(([cx, cy], i) => (
          <g key={said[i]}>
            <circle cx={cx} cy={cy} r="4" />
            {points.slice(0, i).every((other) => Math.hypot(other[0] - cx, other[1] - cy) > 10) && (
              <text x={cx} y={cy - 8}>
                {i}
              </text>
            )}
          </g>
        ))}
      </svg>
    </figure>
  );
}

/** @file Curves that grow while they are looked at. */
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import type { Role } from "../../report/palette.ts";

export interface Series {
  readonly label: string;
  readonly role: Role;
  readonly values: readonly (number | null)[];
  /** marks at its points: for few of them */
  readonly points?: boolean;
}

interface Props {
  readonly title: string;
  readonly x: readonly number[];
  readonly xLabel: string;
  readonly series: readonly Series[];
  readonly height: number;
}

const colorOf = (role: string) =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${role}`).trim();

/** What a reader without the picture gets: the last value of every series. */
function spoken({ title, series }: Props): string {
  const last = series.map(({ label, values }) => `${label} ${values.at(-1)?.toPrecision(4) ?? "–"}`);
  return `${title}: ${last.join(", ")}`;
}

export function LinePlot(props: Props) {
  const { title, x, xLabel, series, height } = props;
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const theme = document.documentElement.dataset.theme;
  const labels = series.map(({ label }) => label).join("|");
  useEffect(() => {
    const element = host.current!;
    const made = new uPlot(optionsFor(props, element.clientWidth), [[]], element);
    plot.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      made.destroy();
    };
  }, [labels, xLabel, theme]);
  useEffect(() => {
    plot.current?.setData([[...x], ...series.map(({ values }) => [...values])] as uPlot.AlignedData);
  });
  return (
    <figure class="plot">
      <figcaption>{title}</figcaption>
      <div ref={host} role="img" aria-label={spoken(props)} />
    </figure>
  );
}

function optionsFor({ xLabel, series, height }: Props, width: number): uPlot.Options {
  const axis = {
    stroke: () => colorOf("muted"),
    grid: { stroke: () => colorOf("hairline"), width: 1 },
    ticks: { show: false },
    font: "12px system-ui",
  };
  return {
    width,
    height,
    scales: { x: { time: false } },
    legend: { live: true },
    cursor: { drag: { x: false, y: false } },
    axes: [
      { ...axis, size: 26 },
      { ...axis, size: 48 },
    ],
    series: [
      { label: xLabel },
      ...series.map(({ label, role, points = false }) => ({
        label,
        stroke: () => colorOf(role),
        width: 1.5,
        points: { show: points, size: 5 },
        value: (_: uPlot, value: number | null) => value?.toPrecision(4) ?? "–",
      })),
    ],
  };
}

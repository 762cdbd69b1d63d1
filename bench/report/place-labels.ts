/** @file Labels beside points without overlaps: each gets the nearest free place around its point. */

/** Pixels; y grows downwards. */
export interface Pixel {
  readonly x: number;
  readonly y: number;
}

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface LabelledPoint extends Pixel {
  /** of the label */
  readonly width: number;
}

export interface Place extends Pixel {
  /** which end of the text is at x; y is its middle */
  readonly align: "left" | "right";
  /** where a line from the point should end, if the label is far from it */
  readonly leader?: Pixel;
}

interface Candidate extends Place {
  readonly box: Box;
  readonly distance: number;
}

const labelHeight = 12;
const pointSize = 10;
/** between a point and its label, to the side */
const gaps = [8, 24, 44, 72, 110];
const step = 4;
const farthest = 240;
const farFrom = 12;

/**
 * Places in the order of the points. They are given one after the other; a label that finds none moves to the front and all are
 * placed anew, as often as there are points. What then finds no free place may cover a symbol, and if that does not help a label.
 */
export function placeLabels(
  points: readonly LabelledPoint[],
  plot: { readonly width: number; readonly height: number },
  obstacles: readonly Box[],
): Place[] {
  let order = points.map((_, i) => i);
  for (let attempt = 0; ; attempt++) {
    const { places, stuck } = placeInOrder(points, order, plot, obstacles);
    if (stuck === undefined || attempt === points.length) return points.map((_, i) => places.get(i)!);
    order = [stuck, ...order.filter((i) => i !== stuck)];
  }
}

/** `stuck`: the first that found no free place. */
function placeInOrder(
  points: readonly LabelledPoint[],
  order: readonly number[],
  plot: { readonly width: number; readonly height: number },
  obstacles: readonly Box[],
) {
  const symbols = points.map(symbolBox);
  const labels: Box[] = [];
  const places = new Map<number, Place>();
  let stuck: number | undefined;
  for (const i of order) {
    const point = points[i]!;
    const taken = [...obstacles, ...symbols, ...labels];
    const free = ({ box, leader }: Candidate) =>
      !taken.some((other) => overlap(box, other)) &&
      !(leader && labels.some((other) => crosses(point, leader, other)));
    const readable = ({ box }: Candidate) => !labels.some((other) => overlap(box, other));
    const all = candidates(point).filter(({ box }) => inside(box, plot));
    const found = all.find(free);
    if (!found) stuck ??= i;
    const { x, y, align, box, leader } = found ?? all.find(readable) ?? all[0]!;
    labels.push(box);
    places.set(i, leader ? { x, y, align, leader } : { x, y, align });
  }
  return { places, stuck };
}

/** Right and left of the point, then ever farther off. */
function candidates({ x, y, width }: LabelledPoint): Candidate[] {
  const list: Candidate[] = [];
  for (let dy = -farthest; dy <= farthest; dy += step) {
    for (const aside of gaps) {
      for (const side of [1, -1] as const) {
        const distance = Math.hypot(dy, 0.7 * (aside - gaps[0]!));
        const anchor = { x: x + side * aside, y: y + dy };
        const left = side === 1 ? anchor.x : anchor.x - width;
        const box = { left, top: anchor.y - labelHeight / 2, width, height: labelHeight };
        const far = distance > farFrom ? { leader: { x: anchor.x - 2 * side, y: anchor.y } } : {};
        list.push({ ...anchor, align: side === 1 ? "left" : "right", box, distance, ...far });
      }
    }
  }
  return list.sort((a, b) => a.distance - b.distance);
}

function symbolBox({ x, y }: Pixel): Box {
  return { left: x - pointSize / 2, top: y - pointSize / 2, width: pointSize, height: pointSize };
}

function inside({ left, top, width, height }: Box, plot: { width: number; height: number }): boolean {
  return left >= 0 && top >= 0 && left + width <= plot.width && top + height <= plot.height;
}

function contains({ left, top, width, height }: Box, { x, y }: Pixel): boolean {
  return x >= left && x <= left + width && y >= top && y <= top + height;
}

/** Looked at every few pixels. */
function crosses(from: Pixel, to: Pixel, box: Box): boolean {
  const pieces = Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / 3);
  return Array.from({ length: pieces }, (_, i) => i / pieces).some((part) =>
    contains(box, { x: from.x + part * (to.x - from.x), y: from.y + part * (to.y - from.y) }),
  );
}

export function overlap(a: Box, b: Box): boolean {
  return (
    a.left < b.left + b.width &&
    b.left < a.left + a.width &&
    a.top < b.top + b.height &&
    b.top < a.top + a.height
  );
}

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

/** In the order of the points; what finds no free place is put beside its point all the same. */
export function placeLabels(
  points: readonly LabelledPoint[],
  plot: { readonly width: number; readonly height: number },
  obstacles: readonly Box[],
): Place[] {
  const symbols = points.map(symbolBox);
  const labels: Box[] = [];
  return points.map((point) => {
    const taken = [...obstacles, ...symbols, ...labels];
    const free = ({ box, leader }: Candidate) =>
      !taken.some((other) => overlap(box, other)) &&
      !(leader && labels.some((other) => crosses(point, leader, other)));
    const all = candidates(point).filter(({ box }) => inside(box, plot));
    const { x, y, align, box, leader } = all.find(free) ?? all[0]!;
    labels.push(box);
    return leader ? { x, y, align, leader } : { x, y, align };
  });
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

/** @file Outlines of the coloured shapes: closed contours in SVG path data, y down, within a circle of radius 50 around 0. */

export interface Outline {
  readonly name: string;
  readonly path: string;
}

/** The first five differ most from each other. */
export const outlines: readonly Outline[] = [
  {
    name: "disc",
    path: "M0 -44 C24 -44 44 -24 44 0 C44 24 24 44 0 44 C-24 44 -44 24 -44 0 C-44 -24 -24 -44 0 -44 Z",
  },
  { name: "triangle", path: "M0 -48 L46 38 L-46 38 Z" },
  {
    name: "cross",
    path: "M-14 -46 L14 -46 L14 -14 L46 -14 L46 14 L14 14 L14 46 L-14 46 L-14 14 L-46 14 L-46 -14 L-14 -14 Z",
  },
  {
    name: "star",
    path: "M0 -50 L12 -16 L48 -15 L19 6 L29 40 L0 20 L-29 40 L-19 6 L-48 -15 L-12 -16 Z",
  },
  { name: "square", path: "M-38 -38 L38 -38 L38 38 L-38 38 Z" },
  {
    name: "ring",
    path: "M0 -46 C25 -46 46 -25 46 0 C46 25 25 46 0 46 C-25 46 -46 25 -46 0 C-46 -25 -25 -46 0 -46 Z M0 -22 C12 -22 22 -12 22 0 C22 12 12 22 0 22 C-12 22 -22 12 -22 0 C-22 -12 -12 -22 0 -22 Z",
  },
  { name: "moon", path: "M16 -46 C-10 -56 -46 -34 -46 0 C-46 34 -10 56 16 46 C-16 34 -16 -34 16 -46 Z" },
  {
    name: "heart",
    path: "M0 44 C-20 26 -48 8 -46 -18 C-44 -44 -10 -46 0 -22 C10 -46 44 -44 46 -18 C48 8 20 26 0 44 Z",
  },
  { name: "arrow", path: "M0 -48 L42 -4 L17 -4 L17 46 L-17 46 L-17 -4 L-42 -4 Z" },
  { name: "hourglass", path: "M-40 -46 L40 -46 L12 0 L40 46 L-40 46 L-12 0 Z" },
];

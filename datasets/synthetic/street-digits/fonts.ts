/**
 * @file The typefaces of the synthetic street digits, drawn for this project as centre lines of strokes.
 *
 * Path data as in SVG (M move, L line, Q and C Bézier curves, Z close; absolute), y down, digits between y = 0 and 100
 * and about 60 wide. Only polynomials, no sines: every machine draws the same bits.
 */

/** How the ends and corners of strokes look. */
export type PenShape = "round" | "square";

export interface Font {
  readonly name: string;
  readonly pen: PenShape;
  /** how much thinner horizontal strokes are than vertical ones: 0 not at all, 0.6 less than half as thick */
  readonly contrast: number;
  /** path data of the digits 0 to 9 */
  readonly digits: readonly string[];
}

/** Like the sans serifs of enamel plates. */
const grotesque: Font = {
  name: "grotesque",
  pen: "round",
  contrast: 0.1,
  digits: [
    "M30 0 C50 0 60 20 60 50 C60 80 50 100 30 100 C10 100 0 80 0 50 C0 20 10 0 30 0 Z",
    "M10 20 L34 0 L34 100",
    "M2 28 C2 10 14 0 30 0 C47 0 58 11 58 27 C58 42 48 52 36 63 L2 100 L60 100",
    "M4 20 C8 7 18 0 30 0 C46 0 56 10 56 24 C56 39 46 47 28 47 C48 47 59 57 59 73 C59 90 47 100 30 100 C15 100 5 92 1 78",
    "M45 100 L45 0 L0 70 L62 70",
    "M54 0 L12 0 L6 46 C13 39 21 36 30 36 C48 36 60 49 60 67 C60 87 47 100 29 100 C14 100 4 92 1 79",
    "M55 14 C50 5 42 0 32 0 C12 0 1 22 1 56 C1 84 12 100 31 100 C48 100 59 87 59 68 C59 50 48 38 32 38 C17 38 5 48 2 62",
    "M0 0 L60 0 C44 28 28 60 22 100",
    "M30 0 C46 0 55 10 55 23 C55 37 45 46 30 46 C15 46 5 37 5 23 C5 10 14 0 30 0 Z M30 46 C48 46 60 57 60 73 C60 89 48 100 30 100 C12 100 0 89 0 73 C0 57 12 46 30 46 Z",
    "M5 86 C10 95 18 100 28 100 C48 100 59 78 59 44 C59 16 48 0 29 0 C12 0 1 13 1 32 C1 50 12 62 28 62 C43 62 55 52 58 38",
  ],
};

/** Circles and straight lines, an open 4, a bare 1: modern steel numerals. */
const geometric: Font = {
  name: "geometric",
  pen: "square",
  contrast: 0,
  digits: [
    "M31 0 C52 0 62 14 62 34 L62 66 C62 86 52 100 31 100 C10 100 0 86 0 66 L0 34 C0 14 10 0 31 0 Z",
    "M22 0 L22 100 M22 0 L6 12",
    "M0 28 C2 10 14 0 31 0 C48 0 60 11 60 29 C60 40 55 48 48 56 L4 100 L62 100",
    "M4 0 L56 0 L26 38 C48 38 60 51 60 68 C60 87 47 100 29 100 C14 100 4 92 0 78",
    "M28 0 L2 66 L60 66 M44 40 L44 100",
    "M56 0 L10 0 L10 42 L32 42 C50 42 61 53 61 71 C61 89 49 100 30 100 C15 100 5 93 0 81",
    "M42 0 L6 52 M31 40 C49 40 61 52 61 70 C61 88 49 100 31 100 C13 100 1 88 1 70 C1 52 13 40 31 40 Z",
    "M2 0 L60 0 L20 100 M18 48 L52 48",
    "M30 0 C44 0 53 9 53 22 C53 36 44 44 30 44 C16 44 7 36 7 22 C7 9 16 0 30 0 Z M30 44 C48 44 61 54 61 72 C61 89 48 100 30 100 C12 100 -1 89 -1 72 C-1 54 12 44 30 44 Z",
    "M20 100 L56 48 M31 60 C13 60 1 48 1 30 C1 12 13 0 31 0 C49 0 61 12 61 30 C61 48 49 60 31 60 Z",
  ],
};

/** Chamfered corners: stencils, mailboxes, cut vinyl. */
const chamfered: Font = {
  name: "chamfered",
  pen: "square",
  contrast: 0,
  digits: [
    "M14 0 L42 0 L56 14 L56 86 L42 100 L14 100 L0 86 L0 14 Z",
    "M8 16 L26 0 L26 100 M8 100 L44 100",
    "M0 20 L0 14 L14 0 L42 0 L56 14 L56 36 L0 86 L0 100 L56 100",
    "M0 16 L0 14 L14 0 L42 0 L56 14 L56 36 L44 48 L20 48 M44 48 L56 60 L56 86 L42 100 L14 100 L0 86 L0 82",
    "M4 0 L4 54 L60 54 M44 22 L44 100",
    "M54 0 L2 0 L2 42 L42 42 L56 56 L56 86 L42 100 L14 100 L0 86 L0 82",
    "M56 18 L56 14 L42 0 L14 0 L0 14 L0 86 L14 100 L42 100 L56 86 L56 58 L42 44 L14 44 L0 58",
    "M0 14 L0 0 L56 0 L56 14 L24 60 L24 100",
    "M14 0 L42 0 L54 12 L54 36 L42 47 L14 47 L2 36 L2 12 Z M14 47 L42 47 L56 60 L56 86 L42 100 L14 100 L0 86 L0 60 Z",
    "M0 82 L0 86 L14 100 L42 100 L56 86 L56 14 L42 0 L14 0 L0 14 L0 42 L14 56 L42 56 L56 42",
  ],
};

/** Thick and thin with serifs: brass numerals, painted gateposts. */
const serif: Font = {
  name: "serif",
  pen: "round",
  contrast: 0.55,
  digits: [
    "M29 0 C47 0 57 22 57 50 C57 78 47 100 29 100 C11 100 1 78 1 50 C1 22 11 0 29 0 Z",
    "M8 16 C18 13 25 8 30 0 L30 100 M10 100 L50 100",
    "M8 28 C2 24 2 0 29 0 C46 0 55 10 55 26 C55 48 28 62 3 98 C16 88 26 100 42 100 C52 100 57 94 59 82",
    "M7 22 C6 8 16 0 28 0 C44 0 52 9 52 22 C52 37 42 46 24 46 C46 46 56 57 56 72 C56 90 44 100 27 100 C12 100 3 92 5 78",
    "M43 100 L43 0 L1 72 L62 72 M28 100 L58 100",
    "M54 0 C40 6 24 5 12 0 L9 46 C17 38 25 36 32 36 C48 36 57 49 57 66 C57 88 44 100 27 100 C12 100 3 92 5 80",
    "M53 12 C52 4 44 0 36 0 C14 2 1 26 1 58 C1 86 12 100 30 100 C47 100 57 86 57 69 C57 52 47 41 33 41 C17 41 5 52 2 66",
    "M2 26 L6 2 C20 6 44 4 58 0 C42 30 30 58 27 100",
    "M29 0 C43 0 52 9 52 22 C52 36 40 42 28 47 C14 53 2 59 2 75 C2 90 14 100 29 100 C45 100 56 90 56 75 C56 59 42 53 30 47 C16 41 6 35 6 22 C6 9 15 0 29 0 Z",
    "M5 88 C6 96 14 100 22 100 C44 98 57 74 57 42 C57 14 46 0 28 0 C11 0 1 14 1 31 C1 48 11 59 25 59 C41 59 53 48 56 34",
  ],
};

/** A brush held by hand: open 4, looped 2, curved 7 and a 1 without ornament. */
const script: Font = {
  name: "script",
  pen: "round",
  contrast: 0.3,
  digits: [
    "M36 0 C16 0 0 30 0 62 C0 86 8 100 22 100 C44 100 58 70 58 38 C58 14 50 0 36 0 Z",
    "M14 24 C24 18 32 8 36 0 L26 100",
    "M6 24 C10 6 24 0 36 0 C52 0 58 12 54 28 C48 52 20 70 4 92 C0 100 12 94 20 94 C34 94 42 104 60 92",
    "M10 16 C16 4 26 0 36 0 C50 0 57 9 54 22 C51 37 38 45 24 46 C42 46 54 56 52 72 C50 90 34 100 20 100 C8 100 0 94 -2 84",
    "M22 0 C16 24 10 44 2 64 C22 60 42 60 62 62 M48 34 C42 56 38 80 36 100",
    "M60 2 C46 6 34 4 22 2 L10 44 C20 38 28 36 36 38 C50 41 56 54 52 70 C47 90 32 100 16 100 C6 100 0 96 -4 88",
    "M48 0 C22 12 2 42 0 70 C-1 90 10 100 24 100 C42 100 54 86 54 70 C54 56 46 48 34 48 C18 48 6 60 1 76",
    "M4 10 C12 0 22 8 34 6 C44 5 54 2 60 0 C44 30 28 60 20 100 M14 52 C26 48 36 48 48 50",
    "M52 14 C46 2 36 -2 26 2 C12 8 10 26 22 36 C34 46 48 54 48 74 C48 90 36 100 22 100 C6 100 -2 88 2 74 C6 58 22 48 34 38 C44 30 54 22 52 14 Z",
    "M54 14 C48 2 38 0 30 0 C14 0 4 14 4 30 C4 44 12 52 24 52 C40 52 50 38 54 14 C54 46 46 76 24 100",
  ],
};

export const fonts: readonly Font[] = [grotesque, geometric, chamfered, serif, script];

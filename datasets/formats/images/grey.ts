/** @file Pixels in grey, as PIL's convert("L") makes them. */

/** Of pixels [..., 3] one byte each: 0.299 R + 0.587 G + 0.114 B in whole numbers of 2^-16, rounded. Grey ones stay what they are. */
export function greyPixels(pixels: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: pixels.length / 3 }, (_, i) => {
    const [red, green, blue] = [pixels[3 * i]!, pixels[3 * i + 1]!, pixels[3 * i + 2]!];
    return (red * 19_595 + green * 38_470 + blue * 7_471 + 32_768) >>> 16;
  });
}

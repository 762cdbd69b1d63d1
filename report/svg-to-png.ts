/** @file SVG to PNG with a font of our own, since bare machines have none. */

import { createRequire } from "node:module";
import type { ResvgRenderOptions } from "@resvg/resvg-js";

const require = createRequire(import.meta.url);

const fonts: NonNullable<ResvgRenderOptions["font"]> = {
  loadSystemFonts: false,
  fontFiles: ["400Regular/PTSans_400Regular.ttf", "700Bold/PTSans_700Bold.ttf"].map((file) =>
    require.resolve(`@expo-google-fonts/pt-sans/${file}`),
  ),
  defaultFontFamily: "PT Sans",
  sansSerifFamily: "PT Sans",
};

/** Bytes of a PNG with `scale` pixels per unit of the drawing. The library is loaded on first use. */
export async function svgToPng(svg: string, scale = 2): Promise<Buffer> {
  const { Resvg } = await import("@resvg/resvg-js");
  const image = new Resvg(svg, { font: fonts, fitTo: { mode: "zoom", value: scale }, logLevel: "off" });
  return image.render().asPng();
}

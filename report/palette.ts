/**
 * @file The colours of the report, for light and dark. Series colours stay apart (CIE76 distance above 20, with the
 * matrices of Machado et al. 2009) for protan, deutan and tritan vision, and reach 4.5:1 against the page, so that
 * they can be the colour of a label. A drawing uses the light values, each of which stands for one role only:
 * `withThemeColors` turns them into CSS variables where the drawing goes into the page.
 */

export const palette = {
  surface: { light: "#ffffff", dark: "#13161b" },
  panel: { light: "#f4f6f8", dark: "#1b1f26" },
  hairline: { light: "#dfe4e9", dark: "#2c333c" },
  axis: { light: "#a9b3bd", dark: "#505a66" },
  muted: { light: "#5a6570", dark: "#9ba6b2" },
  ink: { light: "#171b20", dark: "#e9ecef" },
  onFill: { light: "#fefefe", dark: "#0d0f12" },
  onHalfFill: { light: "#171b21", dark: "#0d0f13" },
  training: { light: "#1b6fae", dark: "#4a9fd8" },
  validation: { light: "#b65c00", dark: "#e0913c" },
  test: { light: "#7d1a50", dark: "#f6c9e6" },
  fourth: { light: "#4f5962", dark: "#b3bdc7" },
  fifth: { light: "#2e7d5b", dark: "#5fc79b" },
} as const;

export type Role = keyof typeof palette;

/** Colours of the series of a chart, in order. */
export const seriesRoles: readonly Role[] = ["training", "test", "validation", "fourth", "fifth"];

/** The light value of a role, which is what drawings are made with. */
export function color(role: Role): string {
  return palette[role].light;
}

/** `--surface: #ffffff; ...`, the declarations that the style sheet puts under `:root`. */
export function themeVariables(theme: "light" | "dark"): string {
  return Object.entries(palette)
    .map(([role, value]) => `--${role}: ${value[theme]};`)
    .join(" ");
}

const roleOfColor = new Map<string, string>(
  Object.entries(palette).map(([role, value]) => [value.light, role]),
);

/** Replaces the palette's colours in a drawing by CSS variables, which follow the reader's theme. */
export function withThemeColors(svg: string): string {
  return svg.replace(/"(#[0-9a-f]{6})"/g, (quoted, hex: string) => {
    const role = roleOfColor.get(hex);
    return role ? `"var(--${role})"` : quoted;
  });
}

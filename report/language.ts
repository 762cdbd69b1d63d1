/** @file The languages that pages and figures are written in. */

export const languages = ["en", "es"] as const;
export type Language = (typeof languages)[number];

/** How each writes numbers and lists. */
export const locales: Readonly<Record<Language, string>> = { en: "en-US", es: "es-ES" };

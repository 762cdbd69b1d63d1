/** @file Sentences that are left out when a figure in them is missing. */

/** Template tag: the text, or undefined if one of the values is. */
export function said(
  parts: TemplateStringsArray,
  ...values: readonly (string | number | undefined)[]
): string | undefined {
  if (values.includes(undefined)) return undefined;
  return parts.map((part, i) => part + (values[i] ?? "")).join("");
}

/** @file File names made of what stands in files. */

const longest = 100;

/**
 * `text` as part of a file's name that means the same on every system: small letters, digits, dots, hyphens and underscores.
 * What else is in it, such as the slashes of a path, becomes a hyphen; at its beginning there is no dot.
 */
export function fileName(text: string): string {
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[.-]+/, "")
    .slice(0, longest);
  return name || "unnamed";
}

/** @file Text from files as a terminal may show it. */

/** Control characters but line feed and tab, and those that turn the direction of writing. */
const unprintable = /(?![\n\t])\p{Cc}|\p{Bidi_Control}/gu;

/**
 * The text with every character that a terminal would obey, or that would make it look like another text, written out: an
 * escape character becomes `\x1b`. Lines and tabs stay.
 */
export function printable(text: string): string {
  return String(text).replace(unprintable, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code.padStart(4, "0")}` : `\\x${code.padStart(2, "0")}`;
  });
}

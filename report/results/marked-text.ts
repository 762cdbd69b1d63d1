/** @file Text that a script writes into README.md, between two comments. */
import { FileError } from "../../engine/errors.ts";

/** The two comments, and the command that writes what is between them. */
export interface Marks {
  readonly begin: string;
  readonly end: string;
}

export function marksOf(name: string, command: string): Marks {
  return {
    begin: `<!-- ${name}:begin (${command} writes what follows) -->`,
    end: `<!-- ${name}:end -->`,
  };
}

/** The text with a table put between the comments. Throws FileError if they are not there, once and in order. */
export function withMarked(text: string, { begin, end }: Marks, table: string): string {
  const [before, rest, ...again] = text.split(begin);
  const parts = rest?.split(end) ?? [];
  if (again.length > 0 || parts.length !== 2)
    throw new FileError(`README.md: the table belongs between one "${begin}" and one "${end}".`);
  return `${before}${begin}\n${table}\n${end}${parts[1]}`;
}

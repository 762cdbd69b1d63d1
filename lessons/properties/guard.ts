/**
 * @file A kernel with guards, for texts that nobody has proved: every loop ends after so many turns, and an index past the end of a
 * buffer that is written to is noticed. What is put in stands on the line that it guards, so that lines keep their numbers.
 */

/** Where a guard stands. */
export interface GuardSite {
  readonly kind: "loop" | "index";
  /** from 1 */
  readonly line: number;
  /** the buffer, of an index */
  readonly name?: string;
}

export interface GuardedShader {
  readonly code: string;
  /** site i reports into word i of the guard's buffer */
  readonly sites: readonly GuardSite[];
}

/** Turns after which a loop counts as endless: those of honest loops on the small problems of checks are far fewer. */
export const mostTurns = 1 << 14;

/** What stands in the shader for the guard's buffer, which is bound beside those of the kernel. */
export const guardGroup = 1;

interface Insertion {
  readonly at: number;
  readonly text: string;
}

/** What all invocations of a workgroup must do together: a loop around it is left by all of them, or by none. */
const together = /\b\w*Barrier\s*\(|\bsubgroup\w*\s*\(|\bworkgroupUniformLoad\s*\(/;

/**
 * The shader with guards at all of its loops and at all indices into buffers that it may write to. `leavesAll`: once a loop was left,
 * the invocation leaves its others at the next turn, but for those in which a workgroup works together; some shaders do not compile
 * with that.
 */
export function withGuards(source: string, leavesAll: boolean): GuardedShader {
  const code = blanked(source);
  const sites: GuardSite[] = [];
  const insertions: Insertion[] = [];
  const lineOf = (at: number) => code.slice(0, at).split("\n").length;
  const put = (at: number, text: string) => insertions.push({ at, text });
  const site = (kind: GuardSite["kind"], at: number, name?: string) =>
    sites.push({ kind, line: lineOf(at), ...(name && { name }) }) - 1;

  for (const { index: at, 0: keyword } of code.matchAll(/\b(?:for|while|loop)\b/g)) {
    const body = bodyAfter(code, at + keyword.length);
    if (body === undefined) continue; // the compiler will say what is wrong
    const number = site("loop", at);
    put(at, `var guard_${number} = 0u; `);
    const end = closing(code, body - 1, "{}") ?? code.length;
    const isAlone = leavesAll && !together.test(code.slice(body, end));
    const leave = `{ atomicStore(&guard_words[${number}], 1u); guard_left = true; break; }`;
    put(body, ` guard_${number}++; if (guard_${number} > ${mostTurns}u) ${leave}`);
    if (isAlone) put(body, " if (guard_left) { break; }");
  }
  const buffers = writtenArrays(code);
  for (const name of buffers)
    for (const { index: at, 0: start } of code.matchAll(new RegExp(`(?<![.\\w])${name}\\s*\\[`, "g"))) {
      const end = closing(code, at + start.length - 1, "[]");
      if (end === undefined) continue;
      put(at + start.length, `guard_${name}(${site("index", at, name)}, u32(`);
      put(end, "))");
    }
  return { code: `${inserted(source, insertions)}\n${helpers(buffers)}`, sites };
}

/** The declarations that guards need: behind the kernel's own lines. */
function helpers(buffers: readonly string[]): string {
  const words = `@group(${guardGroup}) @binding(0) var<storage, read_write> guard_words: array<atomic<u32>>;`;
  const functions = buffers.map(
    (name) =>
      `fn guard_${name}(number: u32, index: u32) -> u32 { ` +
      `if (index >= arrayLength(&${name})) { atomicMax(&guard_words[number], max(index, index + 1u)); } return index; }`,
  );
  return [words, "var<private> guard_left: bool;", ...functions].join("\n");
}

/** Comments are blanks, so that positions stay. */
function blanked(source: string): string {
  return source.replace(/\/\/.*$|\/\*[\s\S]*?\*\//gm, (comment) => comment.replace(/[^\n]/g, " "));
}

/** Names of the buffers that are written to, are arrays, and have no size of their own. */
function writtenArrays(code: string): string[] {
  const declared = code.matchAll(/var<\s*storage\s*,\s*read_write\s*>\s*(\w+)\s*:\s*array<([^;]*)>\s*;/g);
  return [...declared].filter(([, , type]) => !hasComma(type!)).map(([, name]) => name!);
}

/** A comma outside of angle brackets, behind which an array's size stands. */
function hasComma(type: string): boolean {
  let depth = 0;
  for (const letter of type) {
    if (letter === "<") depth++;
    else if (letter === ">") depth--;
    else if (letter === "," && depth === 0) return true;
  }
  return false;
}

/** The place behind the brace that opens a loop's body; what stands before it may hold parentheses. */
function bodyAfter(code: string, from: number): number | undefined {
  let depth = 0;
  for (let at = from; at < code.length; at++) {
    const letter = code[at];
    if (letter === "(" || letter === "[") depth++;
    else if (letter === ")" || letter === "]") depth--;
    else if (letter === "{" && depth === 0) return at + 1;
  }
  return undefined;
}

/** The place of the bracket that closes the one at `open`; `kind`: both brackets. */
function closing(code: string, open: number, kind: "[]" | "{}"): number | undefined {
  let depth = 0;
  for (let at = open; at < code.length; at++) {
    if (code[at] === kind[0]) depth++;
    else if (code[at] === kind[1] && --depth === 0) return at;
  }
  return undefined;
}

function inserted(source: string, insertions: readonly Insertion[]): string {
  let text = "";
  let done = 0;
  for (const { at, text: more } of insertions.toSorted((a, b) => a.at - b.at)) {
    text += source.slice(done, at) + more;
    done = at;
  }
  return text + source.slice(done);
}

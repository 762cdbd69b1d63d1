/** @file WGSL as an editor colours it: comments, keywords, types, numbers, attributes and built-in functions. */
import { StreamLanguage } from "@codemirror/language";

const keywords = new Set(
  (
    "alias break case const const_assert continue continuing default diagnostic discard else enable fn for if let loop override " +
    "requires return struct switch var while true false"
  ).split(" "),
);
const types =
  /^(bool|[fiu](16|32)|vec[234][fhiu]?|mat[234]x[234][fh]?|array|atomic|ptr|storage|read|read_write|uniform|workgroup|private|function|subgroup_matrix_\w+)$/;

interface State {
  /** how many block comments are open: they nest */
  comments: number;
}

/** The colour classes are those of @lezer/highlight. */
export const wgsl = StreamLanguage.define<State>({
  name: "wgsl",
  startState: () => ({ comments: 0 }),
  token: (stream, state) => {
    if (state.comments > 0 || stream.match("/*")) {
      if (state.comments === 0) state.comments = 1;
      while (state.comments > 0 && !stream.eol()) {
        if (stream.match("/*")) state.comments++;
        else if (stream.match("*/")) state.comments--;
        else stream.next();
      }
      return "comment";
    }
    if (stream.eatSpace()) return null;
    if (stream.match("//")) {
      stream.skipToEnd();
      return "comment";
    }
    if (stream.match(/^(0[xX][\da-fA-F.]+(p[+-]?\d+)?|(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)[fhiu]?/))
      return "number";
    if (stream.match(/^@\w+/)) return "meta";
    const word = stream.match(/^[A-Za-z_]\w*/) as RegExpMatchArray | null;
    if (word) return wordKind(word[0], stream.peek());
    stream.next();
    return null;
  },
  languageData: { commentTokens: { line: "//", block: { open: "/*", close: "*/" } } },
});

function wordKind(word: string, next: string | undefined): string | null {
  if (keywords.has(word)) return "keyword";
  if (types.test(word)) return "typeName";
  if (/^[A-Z][A-Z\d_]*$/.test(word)) return "variableName.constant";
  return next === "(" ? "variableName.function" : "variableName";
}

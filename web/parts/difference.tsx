/** @file Lines of WGSL as they are and as they were changed, old beside new. */
import type { ChangedLines, NumberedLine } from "../../lessons/mutants/changed-lines.ts";
import { texts } from "../page.ts";

export function Difference({ file, lines }: { readonly file: string; readonly lines: ChangedLines }) {
  const text = texts.value.break;
  const { before, after } = lines;
  const sides = [
    { name: text.shippedLines, mark: "-", shown: before, others: after },
    { name: text.brokenLines, mark: "+", shown: after, others: before },
  ];
  return (
    <figure class="difference">
      <figcaption>
        <code>{file}</code>
      </figcaption>
      {sides.map(({ name, mark, shown, others }) => (
        <div key={mark} data-mark={mark}>
          <p class="quiet">
            {mark} {name}
          </p>
          {shown.length === 0 && <p class="quiet">{text.noLine}</p>}
          {shown.map((line, i) => (
            <Line key={line.number} line={line} other={others[i]?.code} />
          ))}
        </div>
      ))}
    </figure>
  );
}

function Line({
  line: { number, code },
  other,
}: {
  readonly line: NumberedLine;
  readonly other: string | undefined;
}) {
  const [same, differs, rest] = apart(code.trimStart(), other?.trimStart());
  return (
    <p class="code">
      <span class="quiet">{number}</span>
      <code>
        {same}
        <mark>{differs}</mark>
        {rest}
      </code>
    </p>
  );
}

/** What a line has in common with the other at its start, what differs, and what is the same at its end. */
function apart(line: string, other: string | undefined): readonly [string, string, string] {
  if (other === undefined) return ["", line, ""];
  const shorter = Math.min(line.length, other.length);
  let start = 0;
  while (start < shorter && line[start] === other[start]) start++;
  let end = 0;
  while (end < shorter - start && line.at(-1 - end) === other.at(-1 - end)) end++;
  return [line.slice(0, start), line.slice(start, line.length - end), line.slice(line.length - end)];
}

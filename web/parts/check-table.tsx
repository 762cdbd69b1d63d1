/** @file Rows of the gradient check: red ones first, those that agree folded. */
import { texts } from "../page.ts";
import type { CheckRow } from "../worker/break-protocol.ts";

export function CheckTable({ rows }: { readonly rows: readonly CheckRow[] | undefined }) {
  const text = texts.value.break;
  if (!rows) return null;
  const red = rows.filter(({ isRed }) => isRed);
  const agreeing = rows.filter(({ isRed }) => !isRed);
  return (
    <>
      <h2>{text.gradientCheck}</h2>
      {red.length > 0 && <Rows rows={red} />}
      {agreeing.length > 0 && (
        <details>
          <summary>{text.agreeingRows(agreeing.length)}</summary>
          <Rows rows={agreeing} />
        </details>
      )}
    </>
  );
}

function Rows({ rows }: { readonly rows: readonly CheckRow[] }) {
  const text = texts.value.break;
  const columns = [
    text.gradientOfInput,
    text.element,
    text.byShipped,
    text.byBroken,
    texts.value.centralDifference,
    text.errorBefore,
    text.errorAfter,
    "",
  ];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class="scrolled" tabIndex={0} aria-label={text.gradientCheck}>
      <table class="check">
        <thead>
          <tr>
            <th scope="col">{text.op}</th>
            {columns.map((name) => (
              <th scope="col" key={name}>
                {name || <span class="unseen">{text.isRed}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={`${row.op} ${row.label} ${row.input}`} row={row} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ row }: { readonly row: CheckRow }) {
  const text = texts.value.break;
  const { op, label, input, worst, before, after, isRed } = row;
  const decimal = (value: number | undefined) => value?.toPrecision(7);
  return (
    <tr data-op={op} data-input={input ?? "y"} data-case={label} data-is-red={isRed}>
      <th scope="row">
        <code>{op}</code> <span class="quiet">{label}</span>
      </th>
      <td>{input === undefined ? text.outputItself : <code>{input}</code>}</td>
      <td>{worst && <code>[{worst.index.join(",")}]</code>}</td>
      <td>{decimal(worst?.shipped)}</td>
      <td data-analytic={worst?.analytic}>{decimal(worst?.analytic)}</td>
      <td data-numeric={worst?.numeric}>{decimal(worst?.numeric)}</td>
      <td>{before.toExponential(1)}</td>
      <td>{after.toExponential(1)}</td>
      <td class={isRed ? "red" : "green"}>{isRed ? `✗ ${text.isRed}` : `✓ ${text.agrees}`}</td>
    </tr>
  );
}

/** @file A small tensor as a table of its numbers: to be changed, or hidden until they are predicted. */
import { indicesOf } from "../../lessons/microscope/elements.ts";
import { exactly } from "../../lessons/microscope/numbers.ts";
import { texts } from "../page.ts";

interface Shown {
  readonly name: string;
  readonly shape: readonly number[];
  /** names of the numbers that are in the sum that is looked at */
  readonly lit: ReadonlySet<string>;
}

/** image[0,1,2,0], as the microscope writes it. */
export function numberName(name: string, shape: readonly number[], at: number): string {
  return shape.length === 0 ? name : `${name}[${indicesOf(at, shape).join(",")}]`;
}

/** Rows and columns on paper: the last two axes that are longer than 1. */
function sizesOf(shape: readonly number[]): readonly [rows: number, columns: number] {
  const long = shape.filter((size) => size > 1);
  return [long.length > 1 ? long.at(-2)! : 1, long.at(-1) ?? 1];
}

function Frame({
  name,
  shape,
  lit,
  cell,
}: Shown & { readonly cell: (at: number, name: string) => preact.ComponentChild }) {
  const [rows, columns] = sizesOf(shape);
  return (
    <table class="numbers">
      <caption>
        <code>{name}</code> <span class="shape">{shape.length > 0 && `[${shape.join(", ")}]`}</span>
      </caption>
      <tbody>
        {Array.from({ length: rows }, (_, row) => (
          <tr key={row}>
            {Array.from({ length: columns }, (_, column) => {
              const at = row * columns + column;
              const number = numberName(name, shape, at);
              return (
                <td key={column} data-lit={lit.has(number) || undefined}>
                  {cell(at, number)}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** `onChange` gets finite numbers alone; undefined where they cannot be changed. */
export function InputTable(
  props: Shown & {
    readonly values: readonly number[];
    readonly onChange: ((at: number, value: number) => void) | undefined;
  },
) {
  const { values, onChange } = props;
  const change = (at: number, { value, valueAsNumber, validity }: HTMLInputElement) => {
    if (value !== "" && validity.valid && Number.isFinite(valueAsNumber)) onChange?.(at, valueAsNumber);
  };
  return (
    <Frame
      {...props}
      cell={(at, name) => (
        <input
          type="number"
          step="any"
          min="-1000"
          max="1000"
          aria-label={name}
          value={values[at]}
          readOnly={!onChange}
          onChange={({ currentTarget }) => change(at, currentTarget)}
        />
      )}
    />
  );
}

/** A number that is not seen yet is a button that asks about it. */
export function ResultTable(
  props: Shown & {
    /** undefined until they are computed */
    readonly values: Float32Array | undefined;
    readonly asked: number | undefined;
    readonly isShown: (name: string) => boolean;
    readonly onAsk: ((at: number) => void) | undefined;
  },
) {
  const text = texts.value;
  const { values, asked, isShown, onAsk } = props;
  return (
    <Frame
      {...props}
      cell={(at, name) => {
        const value = isShown(name) ? values?.[at] : undefined;
        return (
          <button
            type="button"
            aria-pressed={at === asked}
            disabled={!onAsk && at !== asked}
            aria-label={value === undefined ? text.lessons.ask(name) : `${name}: ${short(value)}`}
            title={name}
            onClick={() => onAsk?.(at)}
          >
            <span class="answer">{value === undefined ? "?" : short(value)}</span>
          </button>
        );
      }}
    />
  );
}

/** Three digits: the whole number stands in its sum. */
const short = (value: number) => exactly(Math.fround(Number(value.toPrecision(3))));

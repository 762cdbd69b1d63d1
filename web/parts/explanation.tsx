/** @file How a number came about: the formula, its terms in the kernel's arithmetic, and the line of WGSL that computed it. */
import { useContext } from "preact/hooks";
import type { Explanation, Number32, Share, SumOfTerms } from "../../lessons/microscope/microscope.ts";
import { bitsOf, exactly, shortly } from "../../lessons/microscope/numbers.ts";
import { grouped, texts } from "../page.ts";
import { Asking } from "./asking.ts";

/** From the last launch back to the first that adds up many terms. */
export function Chain({ chain }: { readonly chain: readonly Explanation[] }) {
  return (
    <ol class="chain">
      {chain.map((explanation) => (
        <li key={`${explanation.number.launch} ${explanation.number.name}`}>
          <OneExplanation explanation={explanation} />
        </li>
      ))}
    </ol>
  );
}

export function OneExplanation({ explanation }: { readonly explanation: Explanation }) {
  const text = texts.value;
  const { number, kernel, letters, numbers, sum, source, unitsApart, contraction, computed } = explanation;
  return (
    <>
      <p class="equation">
        <NumberLink number={number} /> = {letters}
        <br />= {numbers}
        <br />= <strong>{exactly(number.value)}</strong>{" "}
        <span class="quiet">
          {bitsOf(number.value)}{" "}
          {unitsApart === 0
            ? text.sameBits(contraction === "fused")
            : text.otherBits(exactly(computed), unitsApart)}
        </span>
      </p>
      {sum && <Terms sum={sum} />}
      {source ? (
        <p class="wgsl">
          <span class="quiet">
            {source.path}:{source.line}
          </span>
          <code>{source.code.join("\n")}</code>
        </p>
      ) : (
        <p class="quiet">{kernel}</p>
      )}
    </>
  );
}

function Terms({ sum: { count, terms, rest, total } }: { readonly sum: SumOfTerms }) {
  const text = texts.value;
  return (
    <table class="terms">
      <thead>
        <tr>
          {["#", text.factors, "", text.term, text.runningTotal].map((name) => (
            <th scope="col" key={name}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {terms.map(({ order, factors, numbers, value, running }) => (
          <tr key={order}>
            <td>{order + 1}</td>
            <td class="factors">
              {factors.map((factor) => (
                <NumberLink key={`${factor.binding} ${factor.side} ${factor.at}`} number={factor} />
              ))}
            </td>
            <td>{numbers}</td>
            <td>{shortly(value)}</td>
            <td>{exactly(running)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        {rest.count > 0 && (
          <tr>
            <td />
            <td class="factors" colSpan={2}>
              {text.others(grouped(rest.count))}
            </td>
            <td>{shortly(rest.value)}</td>
            <td />
          </tr>
        )}
        <tr>
          <td />
          <td class="factors" colSpan={3}>
            {text.allTerms(grouped(count))}
          </td>
          <td>{exactly(total)}</td>
        </tr>
      </tfoot>
    </table>
  );
}

/** A number that can be asked about in turn. */
export function NumberLink({ number }: { readonly number: Number32 }) {
  const ask = useContext(Asking);
  if (!ask) return <code class="number">{number.name}</code>;
  return (
    <button type="button" class="plain link" title={number.kernel} onClick={() => ask(number)}>
      <code>{number.name}</code>
    </button>
  );
}

/** Numbers that this one is made of, or that are made of it, the largest part first. */
export function Shares({ title, shares }: { readonly title: string; readonly shares: readonly Share[] }) {
  const text = texts.value;
  if (shares.length === 0) return null;
  const largest = shares[0]!.weight || 1;
  return (
    <table class="shares">
      <caption>{title}</caption>
      <tbody>
        {shares.map(({ number, weight }) => (
          <tr key={`${number.launch} ${number.binding} ${number.side} ${number.at}`}>
            <th scope="row">
              <NumberLink number={number} />
            </th>
            <td>{shortly(number.value)}</td>
            <td class="drawn-share">
              <span class="bar" style={{ width: `${(100 * weight) / largest}%` }} />
              <span>{text.part(shortly(weight))}</span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** @file The outputs of the last layer, one bar for each class; the highest where there are many. */

interface Props {
  readonly shares: Float32Array;
  readonly classes: readonly string[];
  /** the class that is explained, which stands there in any case */
  readonly chosen: number;
  readonly label: string;
  readonly onChoose: (index: number) => void;
}

/** Bars that are shown at most, in the order of the classes up to so many, else the highest first. */
const most = 12;

export function ClassBars({ shares, classes, chosen, label, onChoose }: Props) {
  return (
    <ul class="bars" aria-label={label}>
      {shownOf(shares, chosen).map((index) => (
        <li key={index}>
          <button
            type="button"
            aria-pressed={index === chosen}
            data-class={index}
            data-share={shares[index]}
            onClick={() => onChoose(index)}
          >
            <span>{classes[index] ?? index}</span>
            <meter min="0" max="1" value={shares[index]} aria-hidden="true" />
            <span>{shares[index]!.toFixed(3)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

export function shownOf(shares: Float32Array, chosen: number): number[] {
  const all = Array.from(shares, (_, index) => index);
  if (all.length <= most) return all;
  const highest = all.sort((a, b) => shares[b]! - shares[a]!).slice(0, most);
  return highest.includes(chosen) ? highest : [...highest.slice(0, -1), chosen];
}

import { afterEach, describe, expect, it, vi } from "vitest";
import { lineOutput } from "../../../engine/platform/node/line-output.ts";
import { formatValue, ProgressPrinter } from "../../../models/callbacks/progress-printer.ts";
import { type FitOptions, LambdaCallback, sgd } from "../../../models/index.ts";
import { useEngine } from "../../support/engine.ts";
import { tinyData, tinyNetwork } from "../tiny.ts";

const engine = useEngine();

afterEach(() => {
  vi.restoreAllMocks();
});

/** What a fit of two epochs of three batches prints. */
async function printed(options: FitOptions): Promise<string[]> {
  const lines: string[] = [];
  vi.spyOn(console, "log").mockImplementation((line: string) => void lines.push(line));
  const net = tinyNetwork();
  const loss = "categorical_crossentropy";
  await net.compile({ engine: engine(), optimizer: sgd(), loss, metrics: ["accuracy"] });
  const data = tinyData(20);
  try {
    await net.fit(data, { batchSize: 8, epochs: 2, validationData: data, ...options });
  } finally {
    net.dispose();
  }
  return lines;
}

const number = "\\d\\.\\d{4}";
const values = `loss: ${number} - accuracy: ${number} - val_loss: ${number} - val_accuracy: ${number}`;

describe("fit({ verbose })", () => {
  it("prints nothing unless asked", async () => {
    expect(await printed({})).toEqual([]);
    expect(await printed({ verbose: 0 })).toEqual([]);
  });

  it("2: Keras's line for each epoch, with what callbacks add", async () => {
    const callbacks = [
      LambdaCallback({ onEpochEnd: (_, logs) => Object.assign(logs, { own: 1e-5 }) && undefined }),
    ];
    const [title, first, ...rest] = await printed({ verbose: 2, callbacks });
    expect(title).toBe("Epoch 1/2");
    expect(first).toMatch(new RegExp(`^3/3 - \\d+s - [\\d.]+(s|ms|us)/step - ${values} - own: 1.0000e-5$`));
    expect(rest).toHaveLength(2);
    expect(rest[0]).toBe("Epoch 2/2");
  });

  it('1 and "auto": a bar for each epoch', async () => {
    for (const verbose of [1, "auto"] as const) {
      const lines = await printed({ verbose });
      expect(lines.filter((line) => line.startsWith("Epoch"))).toEqual(["Epoch 1/2", "Epoch 2/2"]);
      expect(lines.at(-1)).toMatch(new RegExp(`^3/3 ━{20} \\d+s [\\d.]+(s|ms|us)/step - ${values}$`));
    }
  });

  it("refuses what it does not know", async () => {
    await expect(printed({ verbose: 3 as never })).rejects.toThrow(
      'fit: verbose must be 0, 1, 2 or "auto", got 3.',
    );
  });
});

describe("the printer", () => {
  const progress = (batch: number, seconds: number) => ({
    ...{ epoch: 0, epochs: 1, batch, steps: 40, samples: 0, totalSamples: 0, imagesPerSecond: 0 },
    ...{ logs: { loss: 0.5 }, seconds },
  });

  it("shows progress in one place where the output can, and else not for the first seconds", () => {
    const [lines, shown]: [string[], string[]] = [[], []];
    const output = { line: (text: string) => void lines.push(text) };
    const printer = new ProgressPrinter(1, { ...output, replaceable: (text) => void shown.push(text) });
    printer.beginEpoch(0, 1, 40);
    printer.progress(progress(10, 2));
    printer.progress(progress(20, 90));
    expect(shown).toEqual([
      "10/40 ━━━━━                2s 200ms/step - loss: 0.5000",
      "20/40 ━━━━━━━━━━           1:30 4.5s/step - loss: 0.5000",
    ]);
    const plain = new ProgressPrinter(1, output);
    plain.beginEpoch(0, 1, 40);
    plain.progress(progress(10, 2));
    plain.endEpoch({ loss: 0.25, seconds: 0.002 });
    expect(lines).toEqual([
      "Epoch 1/1",
      "Epoch 1/1",
      "40/40 ━━━━━━━━━━━━━━━━━━━━ 0s 50us/step - loss: 0.2500",
    ]);
  });

  it("on a terminal draws over its bar, cut to the width, and leaves the last one", () => {
    let text = "";
    const write = (more: string) => {
      text += more;
    };
    const stream = { isTTY: true, columns: 30, write };
    const printer = new ProgressPrinter("auto", lineOutput(stream, "xterm"));
    printer.beginEpoch(0, 1, 40);
    printer.progress(progress(10, 2));
    printer.progress(progress(20, 3));
    expect(text).toBe("Epoch 1/1\n10/40 ━━━━━                2s\r\x1b[2K20/40 ━━━━━━━━━━           3s");
    printer.endEpoch({ loss: 0.25 });
    printer.progress(progress(10, 2));
    text = "";
    printer.end();
    printer.end();
    expect(text).toBe("\n");
  });

  it("writes plain lines to what is no terminal, or one without control sequences", () => {
    const write = () => expect.unreachable();
    for (const output of [lineOutput({ write }, "xterm"), lineOutput({ isTTY: true, write }, "dumb")]) {
      const lines = vi.spyOn(console, "log").mockImplementation(() => {});
      output.line("one");
      expect([lines.mock.calls, output.replaceable]).toEqual([[["one"]], undefined]);
      vi.restoreAllMocks();
    }
  });

  it("writes numbers as Keras does", () => {
    const found = [0, 0.5, 12345.678, 0.0012345, 1e-5, -3e-7, Number.NaN].map(formatValue);
    expect(found).toEqual(["0.0000", "0.5000", "12345.6780", "0.0012", "1.0000e-5", "-3.0000e-7", "NaN"]);
  });
});

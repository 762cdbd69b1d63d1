// A script of a user's own: trains with the library and writes the report that the command line's package brings.
import { createEngine, Dense, Input, sequential, sgd } from "wgrad";
import { writeReport } from "wgrad/report";

const engine = await createEngine({ adapter: process.env.WGRAD_ADAPTER ?? "auto" });
const model = sequential([Input([2]), Dense(2, { activation: "softmax" })]);
await model.compile({ engine, optimizer: sgd(), loss: "categorical_crossentropy", metrics: ["accuracy"] });
const inputs = Float32Array.from({ length: 40 }, (_, i) => Math.sin(i * i));
const labels = Uint8Array.from({ length: 20 }, (_, i) => (inputs[2 * i] > inputs[2 * i + 1] ? 1 : 0));
const history = await model.fit({ inputs, inputShape: [2], labels, classes: 2 }, { epochs: 3 });
const { report } = await writeReport("own", { title: "Points", history, network: model.summary() });
console.log(report);
engine.dispose();

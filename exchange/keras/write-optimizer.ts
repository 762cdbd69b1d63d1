/** @file The state of an optimizer as groups of an HDF5 file. Keras goes by the order of the variables alone. */
import type { Model } from "../../models/model.ts";
import type { HdfArray, HdfTree } from "../hdf5/write.ts";
import { type OwnedVariable, trainedWeights } from "./order.ts";
import { kerasSlots, productSlot } from "./read-optimizer.ts";
import { nestedTree } from "./write-weights.ts";

/** The group optimizer of a .keras: iterations, learning rate unless it is a schedule, moments weight by weight, Nadam's product. */
export async function numberedState(model: Model): Promise<HdfTree> {
  const { optimizer, learningRate } = model.session;
  const { iterations, moment, product } = await stateOf(model);
  const rate = optimizer.config.decay ? [] : [{ shape: [], data: Float32Array.of(learningRate) }];
  const moments = trainedWeights(model).flatMap((weight) =>
    kerasSlots(optimizer).map((slot) => moment(slot, weight)),
  );
  const vars = [iterations, ...rate, ...moments, ...product];
  const arrays = new Map(vars.map((array, i): [string, HdfArray] => [String(i), array]));
  return { groups: new Map([["vars", { attributes: { name: optimizer.name }, arrays }]]) };
}

/** The group optimizer_weights of a .h5: iterations, Nadam's product, moments slot by slot, as Keras 2.3 and tf.keras to 2.10 have them. */
export async function namedState(model: Model): Promise<HdfTree> {
  const { optimizer } = model.session;
  const { iterations, moment, product } = await stateOf(model);
  const moments = kerasSlots(optimizer).flatMap((slot) =>
    trainedWeights(model).map((weight) => {
      const path = ["moments", ...weight.owners, weight.variable.name, `${slot}:0`];
      return [path, moment(slot, weight)] as const;
    }),
  );
  const variables = [
    [["iterations:0"], iterations] as const,
    ...product.map((array) => [["product:0"], array] as const),
    ...moments,
  ];
  return {
    ...nestedTree(variables),
    attributes: { weight_names: variables.map(([path]) => path.join("/")) },
  };
}

async function stateOf(model: Model) {
  const { session } = model;
  const [state, { step }] = [await session.state.read(), await session.step.read()];
  const paths = new Map(model.weights.map(({ path, variable }) => [variable, path]));
  const moment = (slot: string, { variable }: OwnedVariable): HdfArray => {
    return { shape: variable.shape, data: state.get(`${slot}/${paths.get(variable)!}`)! };
  };
  const [first] = session.optimizer.slots.includes(productSlot) ? trainedWeights(model) : [];
  const products = first ? [moment(productSlot, first).data.slice(0, 1)] : [];
  return {
    iterations: { shape: [], data: Int32Array.of(step) } satisfies HdfArray,
    moment,
    product: products.map((data): HdfArray => ({ shape: [], data })),
  };
}

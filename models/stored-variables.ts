/** @file The weights of a model and of the models within it: each once, with a path that is unique. */
import { ArgumentError } from "../engine/errors.ts";
import type { Layer } from "./layers/layer.ts";
import type { Variable } from "./variable.ts";

/** One variable of a model. */
export interface StoredVariable {
  /**
   * Layer and weight name: conv2d_1/kernel. A layer of an inner model is named alone too, as Keras does, unless
   * another layer has its name: then the models it is in come first, encoder/dense_1/kernel.
   */
  readonly path: string;
  readonly variable: Variable;
  /** the variable is trainable, and so are its layer and every model that the layer is in */
  readonly trainable: boolean;
  /** its layer, or a model that the layer is in, is not trainable: training leaves moving statistics alone too */
  readonly frozen: boolean;
  /** names of the models that the layer is in, outermost first, and its own */
  readonly owners: readonly string[];
}

/** A layer with weights and where it was found. */
interface Place {
  owners: readonly string[];
  trainable: boolean;
}

/** All weights in layer order. `trainable` is that of the model itself. Throws ArgumentError if two have one path. */
export function storedVariables(layers: readonly Layer[], trainable: boolean): StoredVariable[] {
  const places = new Map<Layer, Place>();
  findLayers(layers, [], trainable, places);
  const found: StoredVariable[] = [];
  const seen = new Set<Variable>();
  const add = (layer: Layer, variable: Variable, place: Place) => {
    if (seen.has(variable)) return;
    seen.add(variable);
    const path = `${layerPath(place, places)}/${variable.name}`;
    const frozen = !place.trainable || !layer.trainable;
    found.push({ path, variable, trainable: variable.trainable && !frozen, frozen, owners: place.owners });
  };
  for (const [layer, place] of places) {
    for (const variable of layer.variables) add(layer, variable, place);
    for (const { owner, variable } of layer.borrowed) {
      if (!places.has(owner)) add(owner, variable, { owners: [owner.name], trainable: place.trainable });
    }
  }
  checkPaths(found);
  return found;
}

/** Layers that are no models, each once: by its shortest way, and frozen if one of the ways is. */
function findLayers(
  layers: readonly Layer[],
  models: readonly string[],
  trainable: boolean,
  places: Map<Layer, Place>,
): void {
  for (const layer of layers) {
    const owners = [...models, layer.name];
    const learns = trainable && layer.trainable;
    if (layer.innerLayers.length > 0) {
      findLayers(layer.innerLayers, owners, learns, places);
      continue;
    }
    const place = places.get(layer);
    if (!place) places.set(layer, { owners, trainable: learns });
    else {
      place.trainable &&= learns;
      if (owners.length < place.owners.length) place.owners = owners;
    }
  }
}

function layerPath({ owners }: Place, places: ReadonlyMap<Layer, Place>): string {
  const name = owners.at(-1)!;
  const sharesName = [...places.values()].filter((place) => place.owners.at(-1) === name).length > 1;
  return sharesName ? owners.join("/") : name;
}

function checkPaths(found: readonly StoredVariable[]): void {
  const paths = new Set<string>();
  for (const { path } of found) {
    if (paths.has(path)) {
      throw new ArgumentError(`model: two weights are named ${path}; give one of the layers another name.`);
    }
    paths.add(path);
  }
}

/** What training does with weights whose layer or model was frozen, or unfrozen, after compile(); undefined if none was. */
export function freezingSinceCompile(
  now: readonly StoredVariable[],
  atCompile: readonly StoredVariable[],
): string | undefined {
  const before = new Map(atCompile.map(({ variable, trainable }) => [variable, trainable]));
  const changed = (trainable: boolean) =>
    now.filter((entry) => entry.trainable === trainable && before.get(entry.variable) === !trainable);
  const owners = (entries: readonly StoredVariable[]) =>
    [...new Set(entries.map(({ path }) => path.slice(0, path.lastIndexOf("/"))))].join(", ");
  const [frozen, free] = [owners(changed(false)), owners(changed(true))];
  if (frozen + free === "") return undefined;
  const parts = [frozen && `${frozen} trained`, free && `${free} not trained`].filter((part) => part !== "");
  return `trainable was changed after compile(): ${parts.join(" and ")} as before. compile() again makes the change count.`;
}

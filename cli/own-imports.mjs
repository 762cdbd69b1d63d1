// Resolves "wgrad/experiment", which files with experiments import, to the copy of wgrad that runs: wherever the file lies,
// and whatever copies are installed there. A network of another copy would not be a network to this one.
const entry = new URL("../runner/own/index.ts", import.meta.url).href;

export function resolve(specifier, context, next) {
  return next(specifier === "wgrad/experiment" ? entry : specifier, context);
}

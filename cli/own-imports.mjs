// Resolves "wgrad", "wgrad/experiment" and the like, which files with experiments import, to the copy of wgrad that runs:
// wherever the file lies, and whatever copies are installed there. A network of another copy would not be a network to this one.
export function resolve(specifier, context, next) {
  const isOurs = specifier === "wgrad" || specifier.startsWith("wgrad/");
  return next(specifier, isOurs ? { ...context, parentURL: import.meta.url } : context);
}

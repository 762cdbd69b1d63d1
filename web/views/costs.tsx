/** @file Shapes and costs of the layers. */
export function Costs() {
  return null;
}

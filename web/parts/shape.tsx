/** @file A shape as it is written in the code. */
export function Shape({ shape }: { readonly shape: readonly number[] }) {
  return <span class="shape">[{shape.join(", ")}]</span>;
}

// y[m, n] = activation( sum over s of partials[s, m, n] + bias[n] ): the second half of a matrix product whose k was
// cut into SPLIT slices. One invocation computes one element of y; the slices are added in their order, so that the
// result is the same bits in every run. Any sizes.

alias kept_real = f32; // element types: the loader makes them f16 for tensors of f16
alias y_real = f32;

const M: u32 = 64;
const N: u32 = 64;
const SPLIT: u32 = 2; // partials are [batch, SPLIT, m, n]
const IN_FLIGHT: u32 = 1; // loads that are on the way at a time
const HAS_BIAS: u32 = 0;
const ACTIVATION: u32 = 0; // 0 linear, 1 relu, 2 sigmoid, 3 tanh
const DERIVATIVE: u32 = 0; // y is also multiplied by activation'(kept): 1 relu, 2 sigmoid, 3 tanh; 0 not

@group(0) @binding(0) var<storage, read> partials: array<f32>;
@group(0) @binding(1) var<storage, read> bias: array<f32>;
@group(0) @binding(2) var<storage, read> kept: array<kept_real>; // [batch, m, n]
@group(0) @binding(3) var<storage, read_write> y: array<y_real>;

fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & u32(0x7fffffff)) > u32(0x7f800000); } // x != x may be false
fn activate(x: f32) -> f32 {
  var y = x;
  if (ACTIVATION == 1) { y = max(x, f32(0)); }
  if (ACTIVATION == 2) { y = 1 / (1 + exp(-x)); }
  if (ACTIVATION == 3) { y = tanh(clamp(x, f32(-15), f32(15))); } // 1 beyond; some drivers overflow
  return select(y, x, is_nan(x));
}

fn derivative(y: f32) -> f32 { // activation'(z), from y = activation(z)
  if (DERIVATIVE == 2) { return y * (1 - y); }
  if (DERIVATIVE == 3) { return 1 - y * y; }
  return select(select(f32(0), f32(1), y > f32(0)), y, is_nan(y)); // relu
}

fn slice_at(slice: u32) -> u32 { // the last one again where there are no more
  if (SPLIT % IN_FLIGHT == 0) { return slice; }
  return min(slice, SPLIT - 1);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u) {
  let at = id.x + id.y * workgroups.x * 64;
  if (at >= arrayLength(&y)) { return; }
  let batch = at / (M * N);
  let element = at % (M * N);

  var sum = 0f;
  let one = min(workgroups.x, 1); // but no constant: the loop stays a loop and compiles fast
  for (var slice = 0u; slice < SPLIT * one; slice += IN_FLIGHT) {
    var next: array<f32, IN_FLIGHT>;
    for (var i = 0u; i < IN_FLIGHT; i++) { next[i] = partials[(batch * SPLIT + slice_at(slice + i)) * M * N + element]; }
    for (var i = 0u; i < IN_FLIGHT; i++) {
      if (SPLIT % IN_FLIGHT == 0 || slice + i < SPLIT) { sum += next[i]; }
    }
  }
  if (HAS_BIAS == 1) { sum += bias[element % N]; }
  if (DERIVATIVE > 0) { sum *= derivative(f32(kept[at])); }
  y[at] = y_real(activate(sum));
}

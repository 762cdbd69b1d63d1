// Gradient of softmax and log-softmax over the middle of [outer, CLASSES, INNER], from the output y:
//
//   softmax:      dx[j] = y[j] * (dy[j] - sum over k of dy[k] * y[k])
//   log-softmax:  dx[j] = dy[j] - exp(y[j]) * sum over k of dy[k]
//
// One workgroup computes one softmax: its lanes take every WORKGROUP-th class and add up in a tree.

alias dy_real = f32; // element types: the loader makes them f16 for tensors of f16
alias y_real = f32;
alias dx_real = f32;

const CLASSES: u32 = 1000u;
const INNER: u32 = 1u;
const SOFTMAXES: u32 = 1u; // outer * INNER
const LOG: bool = false;

const WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<storage, read> dy: array<dy_real>; // [outer, CLASSES, INNER]
@group(0) @binding(1) var<storage, read> y: array<y_real>;
@group(0) @binding(2) var<storage, read_write> dx: array<dx_real>;

var<workgroup> partials: array<f32, WORKGROUP>;

fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & u32(0x7fffffff)) > u32(0x7f800000); } // x != x may be false

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let softmax = group.x + group.y * groups.x;
  if (softmax >= SOFTMAXES) { return; }
  let start = softmax / INNER * CLASSES * INNER + softmax % INNER;

  var sum = 0.0;
  for (var j = lane; j < CLASSES; j += WORKGROUP) {
    let at = start + j * INNER;
    sum += select(f32(dy[at]) * f32(y[at]), f32(dy[at]), LOG);
  }
  partials[lane] = sum;
  // groups.z is 1, but no constant: the loop stays a loop and compiles fast.
  for (var half = WORKGROUP / 2u * groups.z; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { partials[lane] += partials[lane + half]; }
  }
  workgroupBarrier();
  let total = partials[0];
  for (var j = lane; j < CLASSES; j += WORKGROUP) {
    let at = start + j * INNER;
    let value = f32(y[at]);
    let power = select(exp(value), value, is_nan(value)); // some adapters' exp loses a NaN
    dx[at] = dx_real(select(value * (f32(dy[at]) - total), f32(dy[at]) - power * total, LOG));
  }
}

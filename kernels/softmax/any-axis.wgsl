// Softmax and log-softmax over the middle of x [outer, CLASSES, INNER]:
//
//   y[j] = exp(x[j] - max) / sum over k of exp(x[k] - max)        or, if LOG, its logarithm
//
// One workgroup computes one softmax: its lanes take every WORKGROUP-th class and combine in a tree.

alias x_real = f32; // element types: the loader makes them f16 for tensors of f16
alias y_real = f32;

const CLASSES: u32 = 1000u;
const INNER: u32 = 1u;
const SOFTMAXES: u32 = 1u; // outer * INNER
const LOG: bool = false;

const WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<storage, read> x: array<x_real>; // [outer, CLASSES, INNER]
@group(0) @binding(1) var<storage, read_write> y: array<y_real>;

var<workgroup> partials: array<f32, WORKGROUP>;

fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & u32(0x7fffffff)) > u32(0x7f800000); } // x != x may be false
fn not_a_number(any: f32) -> f32 { return bitcast<f32>(bitcast<u32>(any) | u32(0x7fc00000)); }

// max would hand on the one that is no NaN.
fn larger(a: f32, b: f32) -> f32 { return select(max(a, b), a + b, is_nan(a) | is_nan(b)); }

// What is subtracted from all: the largest, or NaN if it is infinite. Some adapters' exp would lose a NaN: it is carried on.
fn shift_of(largest: f32) -> f32 { return select(largest, not_a_number(largest), abs(largest) > f32(3.4028234e38)); }

// The largest, or the sum, of one value from each lane.
fn combined(value: f32, lane: u32, sum: bool, one: u32) -> f32 {
  workgroupBarrier();
  partials[lane] = value;
  for (var half = WORKGROUP / 2u * one; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) {
      let other = partials[lane + half];
      partials[lane] = select(larger(partials[lane], other), partials[lane] + other, sum);
    }
  }
  workgroupBarrier();
  return partials[0];
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lane: u32,
) {
  let softmax = group.x + group.y * groups.x;
  if (softmax >= SOFTMAXES) { return; }
  let start = softmax / INNER * CLASSES * INNER + softmax % INNER;
  let one = groups.z; // 1, but no constant: loops stay loops and compile fast

  var top = f32(x[start]);
  for (var j = lane; j < CLASSES; j += WORKGROUP) { top = larger(top, f32(x[start + j * INNER])); }
  let largest = shift_of(combined(top, lane, false, one));
  var sum = 0.0;
  for (var j = lane; j < CLASSES; j += WORKGROUP) { sum += exp(f32(x[start + j * INNER]) - largest); }
  let total = combined(sum, lane, true, one);
  let log_total = log(total);
  for (var j = lane; j < CLASSES; j += WORKGROUP) {
    let shifted = f32(x[start + j * INNER]) - largest;
    let result = select(exp(shifted) / total, shifted - log_total, LOG);
    y[start + j * INNER] = y_real(select(result, largest, is_nan(largest)));
  }
}

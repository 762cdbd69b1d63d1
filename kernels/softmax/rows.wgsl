// Softmax and log-softmax over rows of CLASSES values:
//
//   y[j] = exp(x[j] - max) / sum over k of exp(x[k] - max)        or, if LOG, its logarithm
//
// One invocation computes PACK rows, as many as fill whole vectors. It reads x three times: for the largest value, for
// the sum and for the result.

alias x_real = f32; // element types: the loader makes them f16 for tensors of f16
alias y_real = f32;

const CLASSES: u32 = 10u;
const PACK: u32 = 2u; // 1, 2 or 4 rows: PACK * CLASSES is a multiple of 4
const LOG: bool = false;

const VECTORS: u32 = PACK * CLASSES / 4u;
const WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<storage, read> x: array<vec4<x_real>>; // [rows, CLASSES]
@group(0) @binding(1) var<storage, read_write> y: array<vec4<y_real>>;

fn is_nan(x: vec4f) -> vec4<bool> { return (bitcast<vec4u>(x) & vec4u(0x7fffffff)) > vec4u(0x7f800000); } // x != x may be false
fn not_a_number(any: f32) -> f32 { return bitcast<f32>(bitcast<u32>(any) | u32(0x7fc00000)); }

// max would hand on the one that is no NaN.
fn larger(a: vec4f, b: vec4f) -> vec4f { return select(max(a, b), a + b, is_nan(a) | is_nan(b)); }

// What is subtracted from all: the largest, or NaN if it is infinite. Some adapters' exp would lose a NaN: it is carried on.
fn shift_of(largest: f32) -> f32 { return select(largest, not_a_number(largest), abs(largest) > f32(3.4028234e38)); }

// `value` where elements of vector v belong to the row that starts at `start`, else `other`.
fn masked(value: vec4f, other: f32, v: u32, start: u32) -> vec4f {
  if (PACK == 1u) { return value; }
  let index = 4u * v + vec4u(0u, 1u, 2u, 3u);
  return select(vec4f(other), value, (index >= vec4u(start)) & (index < vec4u(start + CLASSES)));
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let first = (id.x + id.y * groups.x * WORKGROUP) * VECTORS;
  let last = arrayLength(&y) - 1u;
  if (first > last) { return; }
  let one = groups.z; // 1, but no constant: loops stay loops and compile fast

  var largest = vec4f(0.0); // of each row
  var total = vec4f(1.0);
  for (var r = 0u; r < PACK * one; r++) {
    let start = r * CLASSES;
    let begin = start / 4u;
    let end = (start + CLASSES + 3u) / 4u * one;
    let own = vec4f(x[min(first + begin, last)])[start % 4u];
    var top = vec4f(own);
    for (var v = begin; v < end; v++) { top = larger(top, masked(vec4f(x[min(first + v, last)]), own, v, start)); }
    let pair = larger(top.xyxy, top.zwzw);
    let row_top = shift_of(larger(pair.xxxx, pair.yyyy).x);
    var sums = vec4f(0.0);
    for (var v = begin; v < end; v++) {
      sums += masked(exp(vec4f(x[min(first + v, last)]) - row_top), 0.0, v, start);
    }
    largest[r] = row_top;
    total[r] = (sums.x + sums.y) + (sums.z + sums.w);
  }
  let log_total = log(total);
  for (var v = 0u; v < VECTORS * one; v++) {
    let row = (4u * v + vec4u(0u, 1u, 2u, 3u)) / CLASSES;
    let top = vec4f(largest[row.x], largest[row.y], largest[row.z], largest[row.w]);
    if (first + v <= last) {
      let shifted = vec4f(x[first + v]) - top;
      var result = shifted - vec4f(log_total[row.x], log_total[row.y], log_total[row.z], log_total[row.w]);
      if (!LOG) { result = exp(shifted) / vec4f(total[row.x], total[row.y], total[row.z], total[row.w]); }
      y[first + v] = vec4<y_real>(select(result, top, is_nan(top)));
    }
  }
}

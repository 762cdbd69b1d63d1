// Gradient of softmax and log-softmax over rows of CLASSES values, from the output y:
//
//   softmax:      dx[j] = y[j] * (dy[j] - sum over k of dy[k] * y[k])
//   log-softmax:  dx[j] = dy[j] - exp(y[j]) * sum over k of dy[k]
//
// One invocation computes PACK rows, as many as fill whole vectors.

alias dy_real = f32; // element types: the loader makes them f16 for tensors of f16
alias y_real = f32;
alias dx_real = f32;

const CLASSES: u32 = 10u;
const PACK: u32 = 2u; // 1, 2 or 4 rows: PACK * CLASSES is a multiple of 4
const LOG: bool = false;

const VECTORS: u32 = PACK * CLASSES / 4u;
const WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<storage, read> dy: array<vec4<dy_real>>; // [rows, CLASSES]
@group(0) @binding(1) var<storage, read> y: array<vec4<y_real>>;
@group(0) @binding(2) var<storage, read_write> dx: array<vec4<dx_real>>;

fn is_nan(x: vec4f) -> vec4<bool> { return (bitcast<vec4u>(x) & vec4u(0x7fffffff)) > vec4u(0x7f800000); } // x != x may be false

// `value` where elements of vector v belong to the row that starts at `start`, else 0.
fn masked(value: vec4f, v: u32, start: u32) -> vec4f {
  if (PACK == 1u) { return value; }
  let index = 4u * v + vec4u(0u, 1u, 2u, 3u);
  return select(vec4f(0.0), value, (index >= vec4u(start)) & (index < vec4u(start + CLASSES)));
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let first = (id.x + id.y * groups.x * WORKGROUP) * VECTORS;
  let last = arrayLength(&dx) - 1u;
  if (first > last) { return; }
  let one = groups.z; // 1, but no constant: loops stay loops and compile fast

  var total = vec4f(0.0); // of each row
  for (var r = 0u; r < PACK * one; r++) {
    let start = r * CLASSES;
    var sums = vec4f(0.0);
    for (var v = start / 4u; v < (start + CLASSES + 3u) / 4u * one; v++) {
      let at = min(first + v, last);
      if (LOG) {
        sums += masked(vec4f(dy[at]), v, start);
      } else {
        sums += masked(vec4f(dy[at]) * vec4f(y[at]), v, start);
      }
    }
    total[r] = (sums.x + sums.y) + (sums.z + sums.w);
  }
  for (var v = 0u; v < VECTORS * one; v++) {
    let row = (4u * v + vec4u(0u, 1u, 2u, 3u)) / CLASSES;
    let sum = vec4f(total[row.x], total[row.y], total[row.z], total[row.w]);
    let at = first + v;
    if (at <= last) {
      let value = vec4f(y[at]);
      if (LOG) {
        dx[at] = vec4<dx_real>(vec4f(dy[at]) - select(exp(value), value, is_nan(value)) * sum); // some adapters' exp loses a NaN
      } else {
        dx[at] = vec4<dx_real>(value * (vec4f(dy[at]) - sum));
      }
    }
  }
}

// Softmax and log-softmax over short rows of CLASSES values, as rows.wgsl computes them:
//
//   y[j] = exp(x[j] - max) / sum over k of exp(x[k] - max)        or, if LOG, its logarithm
//
// One invocation computes PACK rows, as many as fill whole vectors. It loads them once and keeps them in registers, which
// takes loops of constant length; each exponential is computed once.

alias x_real = f32; // element types: the loader makes them f16 for tensors of f16
alias y_real = f32;

const CLASSES: u32 = 10u; // PACK * CLASSES at most 64
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

// The elements of vector v that belong to row r.
fn of_row(v: u32, r: u32) -> vec4<bool> {
  return (4u * v + vec4u(0u, 1u, 2u, 3u)) / CLASSES == vec4u(r);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let first = (id.x + id.y * groups.x * WORKGROUP) * VECTORS;
  let last = arrayLength(&y) - 1u;
  if (first > last) { return; }

  var values: array<vec4f, VECTORS>;
  for (var v = 0u; v < VECTORS; v++) { values[v] = vec4f(x[min(first + v, last)]); }

  var shift: array<f32, PACK>; // the largest value of each row
  for (var r = 0u; r < PACK; r++) {
    let own = values[r * CLASSES / 4u][r * CLASSES % 4u];
    var top = vec4f(own);
    for (var v = 0u; v < VECTORS; v++) { top = larger(top, select(vec4f(own), values[v], of_row(v, r))); }
    let pair = larger(top.xyxy, top.zwzw);
    shift[r] = shift_of(larger(pair.xxxx, pair.yyyy).x);
  }
  for (var v = 0u; v < VECTORS; v++) {
    for (var r = 0u; r < PACK; r++) { values[v] -= select(vec4f(0.0), vec4f(shift[r]), of_row(v, r)); }
  }

  var exponentials: array<vec4f, VECTORS>;
  for (var v = 0u; v < VECTORS; v++) { exponentials[v] = exp(values[v]); }
  var total: array<f32, PACK>;
  for (var r = 0u; r < PACK; r++) {
    var sums = vec4f(0.0);
    for (var v = 0u; v < VECTORS; v++) { sums += select(vec4f(0.0), exponentials[v], of_row(v, r)); }
    total[r] = (sums.x + sums.y) + (sums.z + sums.w);
  }
  for (var v = 0u; v < VECTORS; v++) {
    for (var r = 0u; r < PACK; r++) {
      let own = of_row(v, r);
      if (LOG) {
        values[v] -= select(vec4f(0.0), vec4f(log(total[r])), own);
      } else {
        exponentials[v] = select(exponentials[v], exponentials[v] / total[r], own);
      }
      exponentials[v] = select(exponentials[v], vec4f(shift[r]), own & is_nan(vec4f(shift[r])));
    }
    if (first + v <= last) { y[first + v] = vec4<y_real>(select(exponentials[v], values[v], vec4<bool>(LOG))); }
  }
}

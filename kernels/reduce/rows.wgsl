// Reduction of each row of x [rows, LENGTH] to one value, or to one value per slice of the row:
//
//   y[row, slice] = SCALE * combine over j in the slice of term(x[row, j])
//
// LANES invocations share a slice: each combines every LANES-th vector, then a tree in workgroup memory combines the
// lanes. With LANES = 1 every invocation has a slice of its own (short rows, and software adapters).
// A lane combines in runs of RUN vectors, and those in runs of RUN: a float32 sum of n numbers, one after the other, is off by up
// to n roundings, but this one only by about as many as there are in three runs.

alias x_real = f32; // element types: the loader makes them f16 for tensors of f16
alias y_real = f32;

const LENGTH: u32 = 64u;
const SLICES: u32 = 1u;
const UNITS: u32 = 1u; // rows * SLICES
const LANES: u32 = 64u; // 1 or WORKGROUP
const OPERATION: u32 = 0u; // 0 sum, 1 largest, 2 smallest
const TERM: u32 = 0u; // 0 x, 1 ABSOLUTE |x| + SQUARE x^2, 2 (x - center)^2, 3 x == center, or both NaN, 4 x - center
const ABSOLUTE: f32 = 0.0;
const SQUARE: f32 = 0.0;
const SCALE: f32 = 1.0;

const WORKGROUP: u32 = 64u;
const RUN: u32 = 16u;

@group(0) @binding(0) var<storage, read> x: array<vec4<x_real>>; // [rows, LENGTH]
@group(0) @binding(1) var<storage, read> center: array<f32>; // [rows]; any tensor for terms without it
@group(0) @binding(2) var<storage, read_write> y: array<y_real>; // [rows, SLICES]

var<workgroup> partials: array<f32, WORKGROUP>;

fn is_nan(x: vec4f) -> vec4<bool> { return (bitcast<vec4u>(x) & vec4u(0x7fffffff)) > vec4u(0x7f800000); } // x != x may be false

// max and min would hand on the one that is no NaN.
fn combine(a: vec4f, b: vec4f) -> vec4f {
  let no_number = is_nan(a) | is_nan(b);
  if (OPERATION == 1u) { return select(max(a, b), a + b, no_number); }
  if (OPERATION == 2u) { return select(min(a, b), a + b, no_number); }
  return a + b;
}

fn term(value: vec4f, row_center: f32) -> vec4f {
  if (TERM == 1u) {
    var sum = vec4f(0.0);
    if (ABSOLUTE != 0.0) { sum += ABSOLUTE * abs(value); }
    if (SQUARE != 0.0) { sum += SQUARE * value * value; }
    return sum;
  }
  if (TERM == 2u) { return (value - row_center) * (value - row_center); }
  if (TERM == 3u) {
    let equal = (value == vec4f(row_center)) | (is_nan(value) & is_nan(vec4f(row_center)));
    return select(vec4f(0.0), vec4f(1.0), equal);
  }
  if (TERM == 4u) { return value - row_center; }
  return value;
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let workgroup = group.x + group.y * groups.x;
  let unit = select(workgroup, workgroup * WORKGROUP + local, LANES == 1u);
  let lane = select(local, 0u, LANES == 1u);
  let row = min(unit, UNITS - 1u) / SLICES;
  let start = row * LENGTH;
  let end = start + LENGTH;
  let vectors = (end + 3u) / 4u - start / 4u;
  let chunk = (vectors + SLICES - 1u) / SLICES;
  let first = unit % SLICES * chunk;
  var row_center = 0.0;
  if (TERM >= 2u) { row_center = center[row]; }

  // What stands in for values outside of the row: nothing to a sum, its first value to the extremes.
  var neutral = vec4f(0.0);
  if (OPERATION != 0u) { neutral = vec4f(f32(x[start / 4u][start % 4u])); }
  let limit = min(first + chunk, vectors);
  var total = neutral;
  for (var outer = first + lane; outer < limit; outer += RUN * RUN * LANES) {
    var part = neutral;
    for (var inner = outer; inner < min(outer + RUN * RUN * LANES, limit); inner += RUN * LANES) {
      var run = neutral;
      for (var i = inner; i < min(inner + RUN * LANES, limit); i += LANES) {
        let v = start / 4u + i;
        var value = term(vec4f(x[v]), row_center);
        if (LENGTH % 4u != 0u) {
          let index = 4u * v + vec4u(0u, 1u, 2u, 3u);
          value = select(neutral, value, (index >= vec4u(start)) & (index < vec4u(end)));
        }
        run = combine(run, value);
      }
      part = combine(part, run);
    }
    total = combine(total, part);
  }
  let pair = combine(total.xyxy, total.zwzw);
  var result = combine(pair.xxxx, pair.yyyy).x;

  if (LANES > 1u) {
    partials[local] = result;
    // groups.z is 1, but no constant: the loop stays a loop and compiles fast.
    for (var half = WORKGROUP / 2u * groups.z; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (local < half) { partials[local] = combine(vec4f(partials[local]), vec4f(partials[local + half])).x; }
    }
    result = partials[0]; // of interest to lane 0 alone, which wrote it
  }
  if (lane == 0u && unit < UNITS) { y[unit] = y_real(SCALE * result); }
}

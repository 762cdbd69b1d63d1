// Reduction of x [outer, ROWS, COLUMNS] over its rows, or over slices of them:
//
//   y[slice, outer, column] = SCALE * combine over the rows of the slice of term(x[outer, row, column])
//
// One invocation computes four neighbouring values of a slice. y has OUTPUTS = outer * COLUMNS values a slice, rounded
// up to whole vectors. Rows are combined in runs of RUN, and those in runs of RUN, which keeps rounding errors of long sums small.

alias x_real = f32; // element types: the loader makes them f16 for tensors of f16
alias y_real = f32;

const ROWS: u32 = 8u;
const COLUMNS: u32 = 4u;
const OUTPUTS: u32 = 4u; // outer * COLUMNS
const SLICES: u32 = 1u;
const CHUNK: u32 = 8u; // rows of a slice
const OPERATION: u32 = 0u; // 0 sum, 1 largest, 2 smallest
const TERM: u32 = 0u; // 0 x, 1 ABSOLUTE |x| + SQUARE x^2, 2 (x - center)^2, 3 x == center, or both NaN, 4 x - center
const ABSOLUTE: f32 = 0.0;
const SQUARE: f32 = 0.0;
const SCALE: f32 = 1.0;

const GROUPS: u32 = (OUTPUTS + 3u) / 4u;
const WORKGROUP: u32 = 64u;
const RUN: u32 = 16u;

@group(0) @binding(0) var<storage, read> x: array<vec4<x_real>>; // [outer, ROWS, COLUMNS]
@group(0) @binding(1) var<storage, read> center: array<vec4f>; // [outer, COLUMNS]; any tensor for terms without it
@group(0) @binding(2) var<storage, read_write> y: array<vec4<y_real>>; // [SLICES, 4 * GROUPS]

fn is_nan(x: vec4f) -> vec4<bool> { return (bitcast<vec4u>(x) & vec4u(0x7fffffff)) > vec4u(0x7f800000); } // x != x may be false

// max and min would hand on the one that is no NaN.
fn combine(a: vec4f, b: vec4f) -> vec4f {
  let no_number = is_nan(a) | is_nan(b);
  if (OPERATION == 1u) { return select(max(a, b), a + b, no_number); }
  if (OPERATION == 2u) { return select(min(a, b), a + b, no_number); }
  return a + b;
}

fn term(value: vec4f, column_center: vec4f) -> vec4f {
  if (TERM == 1u) {
    var sum = vec4f(0.0);
    if (ABSOLUTE != 0.0) { sum += ABSOLUTE * abs(value); }
    if (SQUARE != 0.0) { sum += SQUARE * value * value; }
    return sum;
  }
  if (TERM == 2u) { return (value - column_center) * (value - column_center); }
  if (TERM == 3u) {
    let equal = (value == column_center) | (is_nan(value) & is_nan(column_center));
    return select(vec4f(0.0), vec4f(1.0), equal);
  }
  if (TERM == 4u) { return value - column_center; }
  return value;
}

// Four values, at one index each; with whole vectors in a row they are neighbours.
fn fetch(at: vec4u) -> vec4f {
  if (COLUMNS % 4u == 0u) { return vec4f(x[at.x / 4u]); }
  let v = at / 4u;
  let e = at % 4u;
  return vec4f(f32(x[v.x][e.x]), f32(x[v.y][e.y]), f32(x[v.z][e.z]), f32(x[v.w][e.w]));
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= GROUPS * SLICES) { return; }
  let group = i % GROUPS;
  let first = i / GROUPS * CHUNK;
  let output = min(4u * group + vec4u(0u, 1u, 2u, 3u), vec4u(OUTPUTS - 1u));
  let start = output / COLUMNS * ROWS * COLUMNS + output % COLUMNS;
  var column_center = vec4f(0.0);
  if (TERM >= 2u) { column_center = center[group]; }

  // What a run starts from: nothing for a sum, the first row for the extremes.
  var neutral = vec4f(0.0);
  if (OPERATION != 0u) { neutral = fetch(start + first * COLUMNS); }
  let end = min(first + CHUNK, ROWS);
  var total = neutral;
  for (var outer = first; outer < end; outer += RUN * RUN) {
    var part = neutral;
    for (var inner = outer; inner < min(outer + RUN * RUN, end); inner += RUN) {
      var run = neutral;
      for (var row = inner; row < min(inner + RUN, end); row++) {
        run = combine(run, term(fetch(start + row * COLUMNS), column_center));
      }
      part = combine(part, run);
    }
    total = combine(total, part);
  }
  y[i] = vec4<y_real>(SCALE * total);
}

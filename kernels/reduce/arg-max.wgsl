// y[outer, inner] = the first position along LENGTH of the largest x[outer, position, inner]; NaN counts as larger than all
// numbers, or as no position (0xffffffff) unless NAN_COUNTS.
// One invocation finds one position.

const LENGTH: u32 = 8u;
const INNER: u32 = 1u;
const NAN_COUNTS: bool = true;

const WORKGROUP: u32 = 64u;

@group(0) @binding(0) var<storage, read> x: array<f32>; // [outer, LENGTH, INNER]
@group(0) @binding(1) var<storage, read_write> y: array<u32>; // [outer, INNER]

fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & u32(0x7fffffff)) > u32(0x7f800000); } // x != x may be false

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&y)) { return; }
  let start = i / INNER * LENGTH * INNER + i % INNER;
  var largest = x[start];
  var position = 0u;
  for (var j = 1u; j < LENGTH; j++) {
    let value = x[start + j * INNER];
    if (!is_nan(largest) && (value > largest || is_nan(value))) {
      largest = value;
      position = j;
    }
  }
  if (!NAN_COUNTS && is_nan(largest)) { position = 0xffffffffu; }
  y[i] = position;
}

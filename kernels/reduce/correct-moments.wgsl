// Mean and variance from the moments of the deviations from a rounded mean:
//
//   variance[i] = squares[i] - deviation[i]^2     center[i] = center[i] + deviation[i]
//
// deviation is the mean of x - center and would be 0 for the true mean. One invocation computes one i.

@group(0) @binding(0) var<storage, read> deviation: array<f32>;
@group(0) @binding(1) var<storage, read> squares: array<f32>; // mean of (x - center)^2
@group(0) @binding(2) var<storage, read_write> center: array<f32>;
@group(0) @binding(3) var<storage, read_write> variance: array<f32>;

const WORKGROUP: u32 = 64u;

fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & u32(0x7fffffff)) > u32(0x7f800000); } // x != x may be false

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&variance)) { return; }
  let difference = squares[i] - deviation[i] * deviation[i];
  variance[i] = select(difference, 0.0, difference < 0.0); // by rounding alone; NaN stays
  if (!is_nan(deviation[i])) { center[i] += deviation[i]; } // an infinite mean has no deviation, and stays
}

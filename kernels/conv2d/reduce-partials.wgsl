// Second half of a filter gradient whose sum was cut into SPLIT slices:
//
//   dfilters[i] = sum over slice of partials[slice, i]
//
// Always in the same order, so the same inputs give the same bits. One invocation sums one element.
// Dispatch: (ceil(SIZE / 64), 1, 1), or any (x, y) with x * y * 64 >= SIZE.

const SIZE: u32 = 64; // kh * kw * c * k
const SPLIT: u32 = 4;

@group(0) @binding(0) var<storage, read> partials: array<f32>; // [split, kh, kw, c, k]
@group(0) @binding(1) var<storage, read_write> dfilters: array<f32>; // [kh, kw, c, k]

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) workgroups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let i = (workgroup.y * workgroups.x + workgroup.x) * 64u + local;
  if (i >= SIZE) { return; }
  var sum = 0.0;
  for (var slice = 0u; slice < SPLIT; slice++) {
    sum += partials[slice * SIZE + i];
  }
  dfilters[i] = sum;
}

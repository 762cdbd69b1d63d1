// Counts how often each true class was taken for each class:
//
//   counts[truth, prediction] += 1
//
// Classes out of range are not counted. Integers add up to the same sum in any order. One invocation counts one sample.

const CLASSES: u32 = 10u;

@group(0) @binding(0) var<storage, read> predictions: array<u32>; // [n]
@group(0) @binding(1) var<storage, read> truths: array<u32>; // [n]
@group(0) @binding(2) var<storage, read_write> counts: array<atomic<u32>>; // [CLASSES, CLASSES]

const WORKGROUP: u32 = 64u;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&predictions)) { return; }
  let prediction = predictions[i];
  let truth = truths[i];
  if (prediction < CLASSES && truth < CLASSES) { atomicAdd(&counts[truth * CLASSES + prediction], 1u); }
}

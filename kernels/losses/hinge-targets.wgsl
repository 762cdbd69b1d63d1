// Targets of hinge losses by Keras's rule: 0 becomes -1 where there is nothing but 0 and 1 among them:
//
//   y[i] = 2 t[i] - 1   if all t are 0 or 1        y[i] = t[i]   otherwise
//
// One workgroup does it all: each invocation looks at every WORKGROUP-th target, then writes those.

const WORKGROUP: u32 = 256u;

@group(0) @binding(0) var<storage, read> t: array<f32>; // [n]
@group(0) @binding(1) var<storage, read_write> y: array<f32>; // [n]

var<workgroup> others: atomic<u32>; // 1 if a target is neither

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  let count = arrayLength(&t);
  for (var i = lane; i < count; i += WORKGROUP) {
    let bits = bitcast<u32>(t[i]);
    if ((bits & 0x7fffffffu) != 0u && bits != 0x3f800000u) { atomicStore(&others, 1u); } // neither 0, -0 nor 1
  }
  workgroupBarrier();
  let binary = atomicLoad(&others) == 0u;
  for (var i = lane; i < count; i += WORKGROUP) { y[i] = select(t[i], 2.0 * t[i] - 1.0, binary); }
}

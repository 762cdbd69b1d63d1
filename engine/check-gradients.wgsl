// Halts training before any weight changes if a gradient is not finite:
//
//   state[HALTED] = state[STEP] + 1, unless it is set already
//
// Up to three gradients in one launch, each in one of two forms:
//
//   a and b: every element is a sum of TERMS products of an element of a and one of b, of the same row, or (a bias) of TERMS
//            elements of b. It is finite if TERMS * max(1, largest |a|) * largest |b| is below 2^127 in every row.
//   a alone: B is 0, and a is the gradient itself, cut into rows of A elements.
//
// One workgroup looks at one row of one gradient. Dispatch: (ROWS, the largest, 3).

const ROWS_0: u32 = 1u; // 0: this place is not used
const ROWS_1: u32 = 0u;
const ROWS_2: u32 = 0u;
const A_0: u32 = 64u; // elements in a row of a
const A_1: u32 = 64u;
const A_2: u32 = 64u;
const B_0: u32 = 64u; // elements in a row of b
const B_1: u32 = 64u;
const B_2: u32 = 64u;
const TERMS_0: f32 = 1.0;
const TERMS_1: f32 = 1.0;
const TERMS_2: f32 = 1.0;

const WORKGROUP: u32 = 64u;
const STEP: u32 = 1u; // words of StepState
const HALTED: u32 = 7u;
const INFINITY: u32 = 0x7f800000u; // as bits; those of NaN are greater
const ONE: u32 = 0x3f800000u;

@group(0) @binding(0) var<storage, read> a_0: array<f32>; // [rows, A]
@group(0) @binding(1) var<storage, read> b_0: array<f32>; // [rows, B]
@group(0) @binding(2) var<storage, read> a_1: array<f32>;
@group(0) @binding(3) var<storage, read> b_1: array<f32>;
@group(0) @binding(4) var<storage, read> a_2: array<f32>;
@group(0) @binding(5) var<storage, read> b_2: array<f32>;
@group(0) @binding(6) var<storage, read_write> state: array<atomic<u32>, 8>;

var<workgroup> largest_a: atomic<u32>; // bits of |x|, which order as the numbers do
var<workgroup> largest_b: atomic<u32>;

fn magnitude(x: f32) -> u32 { return bitcast<u32>(x) & 0x7fffffffu; }

fn check(bits_a: u32, bits_b: u32, lane: u32, width: u32, terms: f32) {
  atomicMax(&largest_a, bits_a);
  atomicMax(&largest_b, bits_b);
  workgroupBarrier();
  if (lane > 0u) { return; }
  let a = atomicLoad(&largest_a);
  let b = select(atomicLoad(&largest_b), 0u, width == 0u);
  // halves of the exponent, so that the product of two large numbers does not overflow before the others are known
  let bound = (bitcast<f32>(max(a, ONE)) * exp2(-64.0)) * (bitcast<f32>(b) * exp2(-60.0)) * terms;
  if (a < INFINITY && b < INFINITY && bound < 8.0) { return; }
  if (atomicLoad(&state[HALTED]) == 0u) { atomicStore(&state[HALTED], atomicLoad(&state[STEP]) + 1u); }
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.x;
  var a = 0u;
  var b = 0u;
  switch (group.y) {
    case 0u: {
      if (row >= ROWS_0) { return; }
      let end = min((row + 1u) * A_0, arrayLength(&a_0));
      for (var i = row * A_0 + lane; i < end; i += WORKGROUP) { a = max(a, magnitude(a_0[i])); }
      for (var i = lane; i < B_0; i += WORKGROUP) { b = max(b, magnitude(b_0[row * B_0 + i])); }
    }
    case 1u: {
      if (row >= ROWS_1) { return; }
      let end = min((row + 1u) * A_1, arrayLength(&a_1));
      for (var i = row * A_1 + lane; i < end; i += WORKGROUP) { a = max(a, magnitude(a_1[i])); }
      for (var i = lane; i < B_1; i += WORKGROUP) { b = max(b, magnitude(b_1[row * B_1 + i])); }
    }
    default: {
      if (row >= ROWS_2) { return; }
      let end = min((row + 1u) * A_2, arrayLength(&a_2));
      for (var i = row * A_2 + lane; i < end; i += WORKGROUP) { a = max(a, magnitude(a_2[i])); }
      for (var i = lane; i < B_2; i += WORKGROUP) { b = max(b, magnitude(b_2[row * B_2 + i])); }
    }
  }
  let widths = array(B_0, B_1, B_2);
  let terms = array(TERMS_0, TERMS_1, TERMS_2);
  check(a, b, lane, widths[group.y], terms[group.y]);
}

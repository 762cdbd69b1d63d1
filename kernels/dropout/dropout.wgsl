// Dropout, and its gradient (dy for x):
//
//   y[e] = x[e] / (1 - rate) if uniform(e) >= rate, else 0
//
// A dropped NaN or infinity gives NaN, as 0 times it is. uniform(e) hashes the element's number in the whole batch, so backward
// and every micro-batch find the same mask.
// One invocation computes four consecutive elements; one hash gives the four random numbers of a block of elements.

alias x_real = f32; // element types: the loader makes them f16 for tensors of f16
alias y_real = f32;

const RATE: f32 = 0.5;
const SCALE: f32 = 2.0; // 1 / (1 - rate)
const STREAM: u32 = 0u;
const PER_SAMPLE: u32 = 4u; // elements of one sample

struct StepState {
  seed: u32, step: u32, epoch: u32, position: u32,
  sample: u32, batch: u32, learning_rate: f32, halted: u32,
}

@group(0) @binding(0) var<storage, read> x: array<vec4<x_real>>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4<y_real>>;
@group(0) @binding(2) var<uniform> step: StepState;

const WORKGROUP: u32 = 64u;

// 0 * x: NaN unless x is finite, though compilers may take it for 0.
fn nothing_of(x: vec4f) -> vec4f {
  let finite = (bitcast<vec4u>(x) & vec4u(0x7f800000)) != vec4u(0x7f800000);
  return bitcast<vec4f>(select(bitcast<vec4u>(x) | vec4u(0x7fc00000), vec4u(0), finite));
}

// Jarzynski and Olano, "Hash Functions for GPU Rendering", JCGT 9(3), 2020; as pcg4d() of engine/random.ts.
fn pcg4d(counter: vec4u) -> vec4u {
  var v = counter * 1664525u + 1013904223u;
  v.x += v.y * v.w;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v.w += v.y * v.z;
  v ^= v >> vec4u(16u);
  v.x += v.y * v.w;
  v.y += v.z * v.x;
  v.z += v.x * v.y;
  v.w += v.y * v.z;
  return v;
}

fn block(index: u32) -> vec4u {
  return pcg4d(vec4u(index, step.step, STREAM, step.seed));
}

// Bits of the elements first ... first + 3, which lie in two blocks unless `first` is a multiple of 4.
fn bits(first: u32) -> vec4u {
  let a = block(first / 4u);
  if (first % 4u == 0u) { return a; }
  let b = block(first / 4u + 1u);
  if (first % 4u == 1u) { return vec4u(a.yzw, b.x); }
  if (first % 4u == 2u) { return vec4u(a.zw, b.xy); }
  return vec4u(a.w, b.xyz);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&y)) { return; }
  let uniforms = vec4f(bits(4u * i + step.sample * PER_SAMPLE) >> vec4u(8u)) / 16777216.0;
  let value = vec4f(x[i]);
  y[i] = vec4<y_real>(select(nothing_of(value), value * SCALE, uniforms >= vec4f(RATE)));
}

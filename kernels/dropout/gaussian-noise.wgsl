// Additive noise:
//
//   y[e] = x[e] + STDDEV * normal(e)
//
// normal(e) by Box and Muller from the hashes of a pair of elements, counted in the whole batch as in dropout.wgsl.
// One invocation computes four consecutive elements; one hash gives the four random numbers of a block of elements.

alias x_real = f32; // element types: the loader makes them f16 for tensors of f16
alias y_real = f32;

const STDDEV: f32 = 1.0;
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
const PI: f32 = 3.14159265;

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

// Normal numbers of the four elements of a block: (x, y) makes a pair, (z, w) another.
fn block(index: u32) -> vec4f {
  let uniforms = vec4f(pcg4d(vec4u(index, step.step, STREAM, step.seed)) >> vec4u(8u)) / 16777216.0;
  let radius = sqrt(-2.0 * log(1.0 - uniforms.xz)); // 1 - u is never 0
  let angle = 2.0 * PI * (uniforms.yw - 0.5); // within [-pi, pi], where sin and cos are accurate
  let pairs = vec4f(radius * cos(angle), radius * sin(angle));
  return pairs.xzyw;
}

// Normal numbers of first ... first + 3, which lie in two blocks unless `first` is a multiple of 4.
fn normals(first: u32) -> vec4f {
  let a = block(first / 4u);
  if (first % 4u == 0u) { return a; }
  let b = block(first / 4u + 1u);
  if (first % 4u == 1u) { return vec4f(a.yzw, b.x); }
  if (first % 4u == 2u) { return vec4f(a.zw, b.xy); }
  return vec4f(a.w, b.xyz);
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&y)) { return; }
  y[i] = vec4<y_real>(vec4f(x[i]) + STDDEV * normals(4u * i + step.sample * PER_SAMPLE));
}

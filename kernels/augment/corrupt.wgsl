// Damages samples for a denoising autoencoder, from (seed, epoch or nothing, index of the sample) alone:
//
//   MASKING: y = x where the element's number is below AMOUNT, the probability to stay, else 0
//   else:    y = x + AMOUNT * normal, by Box and Muller; CLIP limits it to [0, 1]
//
// One invocation computes four consecutive elements of one sample. Twin: corruptReference() of augment.reference.ts.

const MASKING: bool = true;
const AMOUNT: f32 = 0.5;
const CLIP: bool = false;
const FRESH: bool = true; // other numbers in every epoch
const STREAM: u32 = 0u;
const PER_SAMPLE: u32 = 784u;

struct StepState {
  seed: u32, step: u32, epoch: u32, position: u32,
  sample: u32, batch: u32, learning_rate: f32, halted: u32,
}

@group(0) @binding(0) var<storage, read> x: array<f32>; // [batch, ...]
@group(0) @binding(1) var<storage, read> order: array<u32>; // [n] samples of the epoch
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // [batch, ...]
@group(0) @binding(3) var<uniform> step: StepState;

const WORKGROUP: u32 = 64u;
const PI: f32 = 3.14159265;
const BLOCKS: u32 = (PER_SAMPLE + 3u) / 4u; // of a sample

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

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  let place = i / BLOCKS;
  if (place >= arrayLength(&y) / PER_SAMPLE) { return; }
  let sample = order[min(step.position + step.sample + place, arrayLength(&order) - 1u)];
  let counter = vec4u(sample * BLOCKS + i % BLOCKS, select(0u, step.epoch, FRESH), STREAM, step.seed);
  let numbers = vec4f(pcg4d(counter) >> vec4u(8u)) / 16777216.0;
  let radius = sqrt(-2.0 * log(1.0 - numbers.xz)); // 1 - u is never 0
  let angle = 2.0 * PI * (numbers.yw - 0.5); // within [-pi, pi], where sin and cos are accurate
  let normals = vec4f(radius * cos(angle), radius * sin(angle)).xzyw;
  for (var lane = 0u; lane < 4u; lane++) {
    let element = 4u * (i % BLOCKS) + lane;
    if (element >= PER_SAMPLE) { return; }
    let at = place * PER_SAMPLE + element;
    var value = x[at];
    if (MASKING) {
      if (numbers[lane] >= AMOUNT) { value = 0.0; }
    } else {
      value += AMOUNT * normals[lane];
      if (CLIP) { value = clamp(value, 0.0, 1.0); }
    }
    y[at] = value;
  }
}

// Makes a batch out of a data set of floats:
//
//   y[i, e] = OFFSET + SCALE * samples[order[step.position + step.sample + i], e]
//
// Positions after the end of the order repeat its last entry; an entry that is no sample gives NaN. The samples are in chunks,
// each one vector per four elements, samples padded to whole vectors. One invocation writes four consecutive elements of y;
// samples that are in none of the chunks bound here are left to other dispatches.

const SAMPLE_SIZE: u32 = 784u; // elements
const COUNT: u32 = 60000u; // samples of the data set
const CHUNK_SAMPLES: u32 = 60000u;
const FIRST_CHUNK: u32 = 0u; // bound as chunk0
const CHUNKS: u32 = 1u; // bound, at most six
const SCALE: f32 = 1.0;
const OFFSET: f32 = 0.0;

struct StepState {
  seed: u32, step: u32, epoch: u32, position: u32,
  sample: u32, batch: u32, learning_rate: f32, halted: u32,
}

@group(0) @binding(0) var<storage, read> chunk0: array<vec4f>; // [samples, vectors]
@group(0) @binding(1) var<storage, read> chunk1: array<vec4f>;
@group(0) @binding(2) var<storage, read> chunk2: array<vec4f>;
@group(0) @binding(3) var<storage, read> chunk3: array<vec4f>;
@group(0) @binding(4) var<storage, read> chunk4: array<vec4f>;
@group(0) @binding(5) var<storage, read> chunk5: array<vec4f>;
@group(0) @binding(6) var<storage, read> order: array<u32>;
@group(0) @binding(7) var<storage, read_write> y: array<vec4f>; // [batch, ...sample]
@group(0) @binding(8) var<uniform> step: StepState;

const WORKGROUP: u32 = 64u;
const STRIDE: u32 = (SAMPLE_SIZE + 3u) / 4u;

fn four_of(sample: u32, within: u32) -> vec4f {
  if (sample >= COUNT) { return vec4f(bitcast<f32>(sample | 0x7fc00000u)); }
  let chunk = sample / CHUNK_SAMPLES - FIRST_CHUNK;
  let at = sample % CHUNK_SAMPLES * STRIDE + within;
  var four = chunk0[at];
  if (CHUNKS > 1u && chunk == 1u) { four = chunk1[at]; }
  if (CHUNKS > 2u && chunk == 2u) { four = chunk2[at]; }
  if (CHUNKS > 3u && chunk == 3u) { four = chunk3[at]; }
  if (CHUNKS > 4u && chunk == 4u) { four = chunk4[at]; }
  if (CHUNKS > 5u && chunk == 5u) { four = chunk5[at]; }
  return OFFSET + SCALE * four;
}

// Is it in a chunk that is not bound here?
fn lies_elsewhere(sample: u32) -> bool {
  return sample < COUNT && sample / CHUNK_SAMPLES - FIRST_CHUNK >= CHUNKS;
}

// The sample at place i of the batch.
fn sample_at(i: u32) -> u32 {
  let position = min(step.position + step.sample + i, arrayLength(&order) - 1u);
  return order[position];
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let vector = id.x + id.y * groups.x * WORKGROUP;
  if (vector >= arrayLength(&y)) { return; }
  if (SAMPLE_SIZE % 4u == 0u) {
    let sample = sample_at(vector / STRIDE);
    if (lies_elsewhere(sample)) { return; }
    y[vector] = four_of(sample, vector % STRIDE);
    return;
  }
  var result = y[vector];
  for (var lane = 0u; lane < 4u; lane++) {
    let element = vector * 4u + lane;
    let sample = sample_at(element / SAMPLE_SIZE);
    if (lies_elsewhere(sample)) { continue; }
    let within = element % SAMPLE_SIZE;
    result[lane] = four_of(sample, within / 4u)[within % 4u];
  }
  y[vector] = result;
}

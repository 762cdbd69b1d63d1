// Draws how each image of a batch is moved, from (seed, epoch, index of the sample) alone:
//
//   M = R(angle) Shear Zoom    b = centre + R(angle) shift - M centre    with Keras's ImageDataGenerator's parameters,
//
// each uniform in its range; flips with probability 1/2. R rotates, Shear = [[1, -sin s], [0, cos s]]. One invocation draws
// one image. Twin: drawnTransform() of augment.reference.ts.

const ROTATION: f32 = 0.0; // degrees, drawn from [-ROTATION, ROTATION]; likewise the others
const SHIFT_ROWS: f32 = 0.0; // pixels
const SHIFT_COLUMNS: f32 = 0.0;
const SHEAR: f32 = 0.0; // degrees
const ZOOM_LOW: f32 = 1.0;
const ZOOM_HIGH: f32 = 1.0;
const CHANNEL_SHIFT: f32 = 0.0;
const FLIP_HORIZONTAL: bool = false;
const FLIP_VERTICAL: bool = false;
const CENTRE_ROW: f32 = 16.5;
const CENTRE_COLUMN: f32 = 16.5;
const STREAM: u32 = 0u;

struct StepState {
  seed: u32, step: u32, epoch: u32, position: u32,
  sample: u32, batch: u32, learning_rate: f32, halted: u32,
}

@group(0) @binding(0) var<storage, read> order: array<u32>; // [n] samples of the epoch
@group(0) @binding(1) var<storage, read_write> maps: array<vec4f>; // [batch, 2]
@group(0) @binding(2) var<uniform> step: StepState;

const WORKGROUP: u32 = 64u;
const DEGREE: f32 = 0.017453292;

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

fn uniforms(index: u32) -> vec4f {
  return vec4f(pcg4d(vec4u(index, step.epoch, STREAM, step.seed)) >> vec4u(8u)) / 16777216.0;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&maps) / 2u) { return; }
  let sample = order[min(step.position + step.sample + i, arrayLength(&order) - 1u)];
  let a = 2.0 * uniforms(3u * sample) - 1.0;
  let zoom = ZOOM_LOW + (ZOOM_HIGH - ZOOM_LOW) * uniforms(3u * sample + 1u).xy;
  let b = uniforms(3u * sample + 2u);

  var turned = vec2f(1.0, 0.0); // cosine and sine, exact where nothing turns
  var sheared = turned;
  if (ROTATION != 0.0) { turned = vec2f(cos(ROTATION * DEGREE * a.x), sin(ROTATION * DEGREE * a.x)); }
  if (ROTATION != 0.0 || SHEAR != 0.0) {
    let angle = DEGREE * (ROTATION * a.x + SHEAR * a.w);
    sheared = vec2f(cos(angle), sin(angle));
  }
  let shift = vec2f(SHIFT_ROWS * a.y, SHIFT_COLUMNS * a.z);
  let centre = vec2f(CENTRE_ROW, CENTRE_COLUMN);
  let rows = vec2f(turned.x * zoom.x, -sheared.y * zoom.y);
  let columns = vec2f(turned.y * zoom.x, sheared.x * zoom.y);
  let moved = vec2f(turned.x * shift.x - turned.y * shift.y, turned.y * shift.x + turned.x * shift.y);
  let offset = (centre - vec2f(dot(rows, centre), dot(columns, centre))) + moved;
  var flips = 0.0;
  if (FLIP_HORIZONTAL && b.y < 0.5) { flips += 1.0; }
  if (FLIP_VERTICAL && b.z < 0.5) { flips += 2.0; }
  maps[2u * i] = vec4f(rows, offset.x, CHANNEL_SHIFT * (2.0 * b.x - 1.0));
  maps[2u * i + 1u] = vec4f(columns, offset.y, flips);
}

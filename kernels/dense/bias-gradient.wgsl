// dbias[n] = sum over k of dy[k, n], or plain gradient descent of a bias by it, beside a product that does the same for weights.
// 16 invocations sum each their share of a column's rows, with four loads on the way at a time; the first adds up what they have.
// Any sizes. Workgroups: one for 16 columns.
alias dy_real = f32; // the loader makes it f16 for a tensor of f16

const N: u32 = 64;
const K: u32 = 64;
const DESCEND: u32 = 0; // 1: dbias is the bias, and rate times the sum is subtracted from it
const DECAY: f32 = 0.0; // rate = step.learning_rate / (1 + DECAY * step.step)
const SHARES: u32 = 16;

struct StepState {
  seed: u32, step: u32, epoch: u32, position: u32,
  sample: u32, batch: u32, learning_rate: f32, halted: u32,
}

@group(0) @binding(0) var<storage, read> dy: array<dy_real>; // [k, n]
@group(0) @binding(1) var<storage, read_write> dbias: array<f32>; // [n]
@group(0) @binding(2) var<uniform> step: StepState;

var<workgroup> sums: array<array<f32, 16>, SHARES>;

@compute @workgroup_size(16, SHARES)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u,
        @builtin(local_invocation_id) local: vec3u) {
  let n = (id.y * workgroups.x + id.x) * 16 + local.x;
  var sum = 0f;
  for (var k0 = local.y; k0 < K; k0 += 4 * SHARES) {
    var next: array<f32, 4>;
    for (var i = 0u; i < 4; i++) { next[i] = f32(dy[min(k0 + i * SHARES, K - 1) * N + min(n, N - 1)]); }
    for (var i = 0u; i < 4; i++) { sum += select(0f, next[i], k0 + i * SHARES < K); }
  }
  sums[local.y][local.x] = sum;
  workgroupBarrier();
  if (local.y > 0 || n >= N || (DESCEND == 1 && step.halted != 0)) { return; }
  var total = 0f;
  for (var share = 0u; share < SHARES; share++) { total += sums[share][local.x]; }
  let rate = step.learning_rate / (1 + DECAY * f32(step.step));
  if (DESCEND == 1) { dbias[n] -= rate * total; } else { dbias[n] = total; }
}

// y[m, n] = sum over k of A[m, k] * B[k, n]
// One invocation computes one element of y. This is the version to read first; the others compute the same faster.
// Any sizes, and a batch of matrices, one after the other. Workgroups: TILES.x * TILES.y * BATCH.

alias a_real = f32; // element types: the loader makes them f16 for tensors of f16
alias b_real = f32;
alias y_real = f32;

const M: u32 = 64;
const N: u32 = 64;
const K: u32 = 64;
// values from one row to the next, and from one column to the next: K and 1, or 1 and M for an A that is stored [k, m]
const A_ROW: u32 = 64;
const A_COLUMN: u32 = 1;
const B_ROW: u32 = 64; // N and 1, or 1 and K for a B that is stored [n, k]
const B_COLUMN: u32 = 1;

const TILES = vec2u((N + 8 - 1) / 8, (M + 8 - 1) / 8); // of columns and of rows

@group(0) @binding(0) var<storage, read> a: array<a_real>;
@group(0) @binding(1) var<storage, read> b: array<b_real>;
@group(0) @binding(2) var<storage, read_write> y: array<y_real>;

@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) id: vec3u, @builtin(num_workgroups) workgroups: vec3u,
        @builtin(local_invocation_id) local: vec3u) {
  let number = id.y * workgroups.x + id.x; // of the workgroup: a launch spreads them over x and y
  let workgroup = vec3u(number % TILES.x, number / TILES.x % TILES.y, number / (TILES.x * TILES.y));
  let n = workgroup.x * 8 + local.x;
  let m = workgroup.y * 8 + local.y;
  let batch = workgroup.z;
  if (m >= M || n >= N || batch * M * N >= arrayLength(&y)) { return; }

  var sum = 0f;
  for (var k = 0u; k < K; k++) {
    sum += f32(a[batch * M * K + m * A_ROW + k * A_COLUMN]) * f32(b[batch * K * N + k * B_ROW + n * B_COLUMN]);
  }
  y[(batch * M + m) * N + n] = y_real(sum);
}

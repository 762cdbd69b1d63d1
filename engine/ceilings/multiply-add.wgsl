// The arithmetic ceiling: every invocation does ROUNDS * 128 multiply-adds in 8 independent chains, few enough for the
// registers of a processor that turns lanes into SIMD; many per turn, since the turns of a loop are dear there. Memory
// is touched once, at the end.

alias real = f32;

const ROUNDS: u32 = 64u;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<real>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let factor = real(x[0]);
  let term = real(x[1]);
  var a = vec4<real>(real(id.x), term, factor, real(id.x) + term);
  var b = a + vec4<real>(term);
  for (var round = 0u; round < ROUNDS; round++) {
    a = a * factor + term; b = b * factor + term;
    a = a * factor + term; b = b * factor + term;
    a = a * factor + term; b = b * factor + term;
    a = a * factor + term; b = b * factor + term;
    a = a * factor + term; b = b * factor + term;
    a = a * factor + term; b = b * factor + term;
    a = a * factor + term; b = b * factor + term;
    a = a * factor + term; b = b * factor + term;
    a = a * factor + term; b = b * factor + term;
    a = a * factor + term; b = b * factor + term;
    a = a * factor + term; b = b * factor + term;
    a = a * factor + term; b = b * factor + term;
    a = a * factor + term; b = b * factor + term;
    a = a * factor + term; b = b * factor + term;
    a = a * factor + term; b = b * factor + term;
    a = a * factor + term; b = b * factor + term;
  }
  let sum = a + b;
  y[id.x] = sum.x + sum.y + sum.z + sum.w;
}

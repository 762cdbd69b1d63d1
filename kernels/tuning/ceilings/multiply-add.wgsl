// The arithmetic ceiling: every invocation does ROUNDS * 16 multiply-adds on vectors of four, in 16 independent chains,
// and touches memory once at the end.

alias real = f32;

const ROUNDS: u32 = 256u;

@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let factor = vec4<real>(real(x[0]));
  let term = vec4<real>(real(x[1]));
  var a = vec4<real>(real(id.x)); var b = a + term; var c = b + term; var d = c + term;
  var e = d + term; var f = e + term; var g = f + term; var h = g + term;
  var i = h + term; var j = i + term; var k = j + term; var l = k + term;
  var m = l + term; var n = m + term; var o = n + term; var p = o + term;
  for (var round = 0u; round < ROUNDS; round++) {
    a = a * factor + term; b = b * factor + term; c = c * factor + term; d = d * factor + term;
    e = e * factor + term; f = f * factor + term; g = g * factor + term; h = h * factor + term;
    i = i * factor + term; j = j * factor + term; k = k * factor + term; l = l * factor + term;
    m = m * factor + term; n = n * factor + term; o = o * factor + term; p = p * factor + term;
  }
  let sum = a + b + c + d + e + f + g + h + i + j + k + l + m + n + o + p;
  y[id.x] = f32(sum.x + sum.y + sum.z + sum.w);
}

// bits[4 i ... 4 i + 3] = pcg4d(counters[4 i ... 4 i + 3]). One invocation computes one hash.

@group(0) @binding(0) var<storage, read> counters: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> bits: array<vec4u>;

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

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&bits)) {
    bits[id.x] = pcg4d(counters[id.x]);
  }
}

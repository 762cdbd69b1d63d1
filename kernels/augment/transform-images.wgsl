// Moves the pixels of images, each by a map of its own from places of y back to places of x:
//
//   y[n, row, column, c] = x at M (row, column) + b, between pixels interpolated
//
// A flipped image is mirrored after that. Beyond the border FILL says what is there, as scipy.ndimage does it:
// 0 nearest aaaa|abcd|dddd, 1 constant FILL_VALUE, 2 reflect dcba|abcd|dcba, 3 wrap, with a period of size - 1.
// One invocation computes one pixel.

const HEIGHT: u32 = 32u;
const WIDTH: u32 = 32u;
const CHANNELS: u32 = 3u;
const BILINEAR: bool = true; // else the nearest pixel
const FILL: u32 = 0u;
const FILL_VALUE: f32 = 0.0;

@group(0) @binding(0) var<storage, read> x: array<f32>; // [n, HEIGHT, WIDTH, CHANNELS]
@group(0) @binding(1) var<storage, read> maps: array<vec4f>; // [n, 2]: M and b by rows, then channel shift and flips
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // [n, HEIGHT, WIDTH, CHANNELS]

const WORKGROUP: u32 = 64u;
const SIZE: vec2f = vec2f(f32(HEIGHT), f32(WIDTH));

// The place inside of the image that stands for `at`; reflect is left to pixel().
fn bring_in(at: vec2f) -> vec2f {
  if (FILL == 2u) { return at; }
  if (FILL != 3u) { return clamp(at, vec2f(0.0), SIZE - 1.0); }
  let period = max(SIZE - 1.0, vec2f(1.0));
  let from_below = at + period * (trunc(-at / period) + 1.0);
  let from_above = at - period * trunc(at / period);
  let inside = select(select(at, from_above, at > SIZE - 1.0), from_below, at < vec2f(0.0));
  return select(inside, vec2f(0.0), SIZE == vec2f(1.0));
}

// First element of the pixel at a place, which may be outside if FILL is reflect.
fn pixel(image: u32, place: vec2i) -> u32 {
  let size = vec2i(SIZE);
  var inside = clamp(place, vec2i(0), size - 1);
  if (FILL == 2u) {
    let folded = ((place % (2 * size)) + 2 * size) % (2 * size);
    inside = select(folded, 2 * size - 1 - folded, folded >= size);
  }
  return ((image * HEIGHT + u32(inside.x)) * WIDTH + u32(inside.y)) * CHANNELS;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= arrayLength(&y) / CHANNELS) { return; }
  let image = i / (HEIGHT * WIDTH);
  let rows = maps[2u * image];
  let columns = maps[2u * image + 1u];
  let flips = u32(columns.w);
  var target_place = vec2f(f32(i / WIDTH % HEIGHT), f32(i % WIDTH));
  if ((flips & 1u) != 0u) { target_place.y = SIZE.y - 1.0 - target_place.y; }
  if ((flips & 2u) != 0u) { target_place.x = SIZE.x - 1.0 - target_place.x; }
  let at = vec2f(dot(rows.xy, target_place) + rows.z, dot(columns.xy, target_place) + columns.z);

  if (FILL == 1u && (any(at < vec2f(0.0)) || any(at > SIZE - 1.0))) {
    for (var c = 0u; c < CHANNELS; c++) { y[i * CHANNELS + c] = FILL_VALUE; }
    return;
  }
  let place = bring_in(at);
  if (!BILINEAR) {
    let nearest = pixel(image, vec2i(floor(place + 0.5)));
    for (var c = 0u; c < CHANNELS; c++) { y[i * CHANNELS + c] = x[nearest + c]; }
    return;
  }
  let base = floor(place);
  let part = place - base;
  let corner = vec2i(base);
  let a = pixel(image, corner);
  let b = pixel(image, corner + vec2i(0, 1));
  let c = pixel(image, corner + vec2i(1, 0));
  let d = pixel(image, corner + vec2i(1, 1));
  for (var k = 0u; k < CHANNELS; k++) {
    let upper = mix(x[a + k], x[b + k], part.y);
    let lower = mix(x[c + k], x[d + k], part.y);
    y[i * CHANNELS + k] = mix(upper, lower, part.x);
  }
}

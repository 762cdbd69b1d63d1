// Global norm of the gradients, second stage:
//
//   total = sums of both columns of partials, added to what total holds unless FIRST (several parameter groups)
//
// One workgroup does it all: each invocation sums every WORKGROUP-th element, in runs of RUN for the sake of rounding errors, then a
// tree adds them in a fixed order.

const FIRST: bool = true;
const RUN: u32 = 16u; // about the root of the number of elements of an invocation
const WORKGROUP: u32 = 256u;

@group(0) @binding(0) var<storage, read> partials: array<vec2f>;
@group(0) @binding(1) var<storage, read_write> total: array<vec2f>;

var<workgroup> sums: array<vec2f, WORKGROUP>;

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(local_invocation_index) lane: u32) {
  var sum = vec2f();
  for (var first = lane; first < arrayLength(&partials); first += RUN * WORKGROUP) {
    var run = vec2f();
    for (var i = first; i < min(first + RUN * WORKGROUP, arrayLength(&partials)); i += WORKGROUP) { run += partials[i]; }
    sum += run;
  }
  sums[lane] = sum;
  for (var half = WORKGROUP / 2u; half > 0u; half /= 2u) {
    workgroupBarrier();
    if (lane < half) { sums[lane] += sums[lane + half]; }
  }
  if (lane == 0u) { total[0] = select(total[0], vec2f(), FIRST) + sums[0]; }
}

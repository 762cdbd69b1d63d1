// Losses that compare prediction and target element by element; of each sample the mean over its LENGTH elements, or a sum:
//
//   loss[sample] = 1/DIVISOR * sum over j of f(x[sample, j], t[sample, j])
//
// f is a row of pointwise-table.ts, in which the formulas stand as plain arithmetic.
//
// LANES invocations share a sample and combine in a tree; with LANES = 1 each invocation has a sample of its own.
// A lane sums in runs of RUN vectors, which keeps the rounding errors of long samples small.

const LENGTH: u32 = 784u;
const DIVISOR: f32 = 784.0; // LENGTH for a mean, fewer where rows are summed
const LOSS: u32 = 0u; // rows of pointwise-table.ts
const PARAMETER: f32 = 1.0; // of f, if it has one
const LANES: u32 = 64u; // 1 or WORKGROUP
const TOTAL: bool = false; // also batch_loss = SCALE * sum of weight * loss; for up to WORKGROUP samples, LANES 1
const SCALE: f32 = 1.0;
const WEIGHTED: bool = false;
const AHEAD: u32 = 1u; // vectors that a lane loads before it uses the first; RUN is a multiple of it

const LOWEST: f32 = 1e-7;
const HIGHEST: f32 = 0.99999988; // the float32 next below 1 - 1e-7, as in Keras
const WORKGROUP: u32 = 64u;
const RUN: u32 = 32u;

@group(0) @binding(0) var<storage, read> x: array<vec4f>; // [samples, LENGTH]
@group(0) @binding(1) var<storage, read> targets: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> loss: array<f32>; // [samples]
@group(0) @binding(3) var<storage, read> weights: array<f32>; // [samples]; read if WEIGHTED
@group(0) @binding(4) var<storage, read_write> batch_loss: array<f32>; // [1]; written if TOTAL

var<workgroup> partials: array<f32, WORKGROUP>;

// log(1 + u), u > -1, precise near 0.
fn log_1_plus(u: vec4f) -> vec4f {
  let near = u * (1.0 - u * (0.5 - u * (1.0 / 3.0 - u * (0.25 - u * 0.2))));
  return select(log(1.0 + u), near, abs(u) < vec4f(0.05));
}

// log(cosh(e)), e >= 0, by its series near 0.
fn log_cosh(e: vec4f) -> vec4f {
  let s = e * e;
  let near = s * (0.5 - s * (1.0 / 12.0 - s * (1.0 / 45.0 - s * (17.0 / 2520.0))));
  return select(e + log_1_plus(exp(-2.0 * e)) - 0.69314718, near, e < vec4f(0.25));
}

// How much is missing to a margin of 1.
fn missing(value: vec4f, goal: vec4f) -> vec4f { return max(1.0 - goal * value, vec4f(0.0)); }

// goal * log(goal / value), both clipped.
fn divergence(value: vec4f, goal: vec4f) -> vec4f {
  let p = clamp(value, vec4f(LOWEST), vec4f(1.0));
  let q = clamp(goal, vec4f(LOWEST), vec4f(1.0));
  let u = (q - p) / p;
  return q * select(log(q / p), log_1_plus(u), abs(u) < vec4f(0.05));
}

fn f(value: vec4f, goal: vec4f) -> vec4f {
  switch (LOSS) {
    case 0u: { return (value - goal) * (value - goal); } // meanSquaredError
    case 1u: { return abs(value - goal); } // meanAbsoluteError
    case 2u: { // binaryCrossentropy
      let p = clamp(value, vec4f(LOWEST), vec4f(HIGHEST));
      let log_p = select(log(p), log_1_plus(p - 1.0), p > vec4f(0.95));
      return -goal * log_p - (1.0 - goal) * log_1_plus(-p);
    }
    case 4u: { // huber
      let e = abs(value - goal);
      return select(PARAMETER * (e - 0.5 * PARAMETER), 0.5 * e * e, e <= vec4f(PARAMETER));
    }
    case 5u: { return log_cosh(abs(value - goal)); } // logCosh
    case 6u: { return missing(value, goal); } // hinge
    case 7u: { return missing(value, goal) * missing(value, goal); } // squaredHinge
    case 8u: { return divergence(value, goal); } // klDivergence
    default: { // binaryCrossentropyFromLogits
      return max(value, vec4f(0.0)) - value * goal + log_1_plus(exp(-abs(value)));
    }
  }
}

fn is_nan(x: vec4f) -> vec4<bool> { return (bitcast<vec4u>(x) & vec4u(0x7fffffff)) > vec4u(0x7f800000); } // x != x may be false

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let workgroup = group.x + group.y * groups.x;
  let sample = select(workgroup, workgroup * WORKGROUP + local, LANES == 1u);
  let lane = select(local, 0u, LANES == 1u);
  let samples = arrayLength(&loss);
  let start = sample * LENGTH;
  let end = select(start, start + LENGTH, sample < samples); // without a sample nothing to add

  var sums = vec4f(0.0);
  for (var first = start / 4u + lane; first < (end + 3u) / 4u; first += RUN * LANES) {
    var run = vec4f(0.0);
    for (var next = first; next < min(first + RUN * LANES, (end + 3u) / 4u); next += AHEAD * LANES) {
      var values: array<vec4f, AHEAD>;
      var goals: array<vec4f, AHEAD>;
      for (var k = 0u; k < AHEAD; k++) {
        let v = min(next + k * LANES, arrayLength(&x) - 1u); // behind the last vector none counts
        values[k] = x[v];
        goals[k] = targets[v];
      }
      for (var k = 0u; k < AHEAD; k++) {
        let index = 4u * (next + k * LANES) + vec4u(0u, 1u, 2u, 3u);
        let inside = (index >= vec4u(start)) & (index < vec4u(end));
        let value = values[k];
        let goal = goals[k];
        let term = select(f(value, goal), value + goal, is_nan(value) | is_nan(goal)); // max, clamp, exp and log may lose a NaN
        run += select(vec4f(0.0), term, inside);
      }
    }
    sums += run;
  }
  var sum = (sums.x + sums.y) + (sums.z + sums.w);
  if (LANES > 1u) {
    partials[local] = sum;
    // groups.z is 1, but no constant: the loop stays a loop and compiles fast.
    for (var half = WORKGROUP / 2u * groups.z; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (local < half) { partials[local] += partials[local + half]; }
    }
    sum = partials[0]; // of interest to lane 0 alone, which wrote it
  }
  let cost = sum / DIVISOR;
  if (lane == 0u && sample < samples) { loss[sample] = cost; }
  if (TOTAL) {
    partials[local] = select(0.0, cost * select(1.0, weights[min(sample, samples - 1u)], WEIGHTED), sample < samples);
    for (var half = WORKGROUP / 2u * groups.z; half > 0u; half /= 2u) {
      workgroupBarrier();
      if (local < half) { partials[local] += partials[local + half]; }
    }
    if (local == 0u) { batch_loss[0] = SCALE * partials[0]; }
  }
}

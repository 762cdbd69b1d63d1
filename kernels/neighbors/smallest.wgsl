// The COUNT smallest scores of each column and the indices they belong to, ascending; of equal scores the smaller
// index comes first:
//
//   score[row, q] = SCALE * values[row, q] + offsets[row]        index = indices[row, q], or first[0] + row
//
// The rows are cut into SLICES, each with a list of its own. One invocation makes one list of one column. Lists are
// filled up with LARGEST and NOBODY. KEEP: a list starts with what it holds already.

const COUNT: u32 = 16u;
const ROWS: u32 = 64u; // that take part: values may have more
const COLUMNS: u32 = 64u;
const SLICES: u32 = 1u;
const SCALE: f32 = 1.0;
const OFFSETS: bool = true;
const INDICES: bool = false;
const KEEP: bool = false;

@group(0) @binding(0) var<storage, read> values: array<f32>; // [rows, COLUMNS]
@group(0) @binding(1) var<storage, read> offsets: array<f32>; // [rows]; not read without OFFSETS
@group(0) @binding(2) var<storage, read> indices: array<u32>; // [rows, COLUMNS]; not read without INDICES
@group(0) @binding(3) var<storage, read> first: array<u32>; // [1]; not read with INDICES
@group(0) @binding(4) var<storage, read_write> scores: array<f32>; // [SLICES, COUNT, COLUMNS]
@group(0) @binding(5) var<storage, read_write> found: array<u32>; // [SLICES, COUNT, COLUMNS]

const WORKGROUP: u32 = 64u;
const LARGEST: f32 = 3.4028234e38;
const NOBODY: u32 = 0xffffffffu;
const CHUNK: u32 = (ROWS + SLICES - 1u) / SLICES;

var<private> list_scores: array<f32, COUNT>;
var<private> list_indices: array<u32, COUNT>;

fn precedes(score: f32, index: u32, other_score: f32, other_index: u32) -> bool {
  return score < other_score || (score == other_score && index < other_index);
}

// Moves what comes after the new entry one place on; the last falls out.
fn insert(score: f32, index: u32) {
  var place = COUNT - 1u;
  while (place > 0u && precedes(score, index, list_scores[place - 1u], list_indices[place - 1u])) {
    list_scores[place] = list_scores[place - 1u];
    list_indices[place] = list_indices[place - 1u];
    place--;
  }
  list_scores[place] = score;
  list_indices[place] = index;
}

@compute @workgroup_size(WORKGROUP)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * WORKGROUP;
  if (i >= SLICES * COLUMNS) { return; }
  let column = i % COLUMNS;
  let slice = i / COLUMNS;
  let start = slice * COUNT * COLUMNS + column;
  for (var place = 0u; place < COUNT; place++) {
    list_scores[place] = LARGEST;
    list_indices[place] = NOBODY;
    if (KEEP) {
      list_scores[place] = scores[start + place * COLUMNS];
      list_indices[place] = found[start + place * COLUMNS];
    }
  }
  var last_score = list_scores[COUNT - 1u];
  var last_index = list_indices[COUNT - 1u];
  for (var row = slice * CHUNK; row < min(slice * CHUNK + CHUNK, ROWS); row++) {
    let at = row * COLUMNS + column;
    var score = SCALE * values[at];
    if (OFFSETS) { score += offsets[row]; }
    if (score > last_score) { continue; }
    var index = row;
    if (INDICES) { index = indices[at]; } else { index += first[0]; }
    if (precedes(score, index, last_score, last_index)) {
      insert(score, index);
      last_score = list_scores[COUNT - 1u];
      last_index = list_indices[COUNT - 1u];
    }
  }
  for (var place = 0u; place < COUNT; place++) {
    scores[start + place * COLUMNS] = list_scores[place];
    found[start + place * COLUMNS] = list_indices[place];
  }
}

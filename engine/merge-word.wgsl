// Overwrites some bits of one word:
//
//   words[edit[0]] = words[edit[0]] where edit[1] has zeros, edit[2] where it has ones
//
// One invocation does it.

@group(0) @binding(0) var<storage, read> edit: array<u32>; // [3]: word, mask, value
@group(0) @binding(1) var<storage, read_write> words: array<u32>;

@compute @workgroup_size(1)
fn main() {
  let word = edit[0];
  words[word] = (words[word] & ~edit[1]) | (edit[2] & edit[1]);
}

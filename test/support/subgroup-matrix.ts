/**
 * @file Testing shaders for matrix units without such units: Tint checks them on Dawn's null backend, and everything but the
 * built-in functions runs with those computed one by one.
 */
import { expect } from "vitest";
import { type Kernel, loadShader } from "../../engine/kernel.ts";
import type { Constants } from "../../engine/shader.ts";

/** Expects Tint to compile a kernel without a word, for tensors of which those named in `half` are f16. */
export async function expectTintAccepts(
  definition: Kernel,
  constants: Constants,
  half: readonly string[],
): Promise<void> {
  const { create } = await import("webgpu");
  const gpu = create(["backend=null", "enable-dawn-features=allow_unsafe_apis"]);
  const adapter = (await gpu.requestAdapter())!;
  const requiredFeatures = ["shader-f16", "subgroups", "chromium-experimental-subgroup-matrix"];
  const device = await adapter.requestDevice({ requiredFeatures: requiredFeatures as GPUFeatureName[] });
  const { code } = loadShader({ key: "", definition, constants, half });
  device.pushErrorScope("validation");
  const module = device.createShaderModule({ code });
  device.createComputePipeline({ layout: "auto", compute: { module, entryPoint: "main" } });
  expect((await module.getCompilationInfo()).messages.map(({ message }) => message)).toEqual([]);
  expect((await device.popErrorScope())?.message).toBeUndefined();
  device.destroy();
}

/**
 * The shader with its built-in functions as loops. A matrix to multiply is only where it lies in workgroup memory, and each
 * invocation holds its share of a sum: whole matrices in each would take Mesa many seconds to compile. The shader must call its
 * workgroup memory tile_a, tile_b and half_y, its types Left, Right and Result, and start with its `own_row`.
 */
export function emulated(source: string): string {
  const replace = (text: string, from: string | RegExp, to: string) => {
    const changed = text.replace(from, to);
    expect(changed, `${from} is in the shader`).not.toBe(text);
    return changed;
  };
  let text = source;
  text = replace(text, /enable chromium_experimental_subgroup_matrix;\ndiagnostic.*\n/, "");
  text = replace(text, /alias Left = .*;/, "alias Left = Place;");
  text = replace(text, /alias Right = .*;/, "alias Right = Place;");
  text = replace(text, /alias Result = .*;/, "alias Result = array<f32, SHARE>;");
  text = replace(text, "let own_row =", "lane = index % SUBGROUP_SIZE;\n  let own_row =");
  text = replace(text, /subgroupMatrixLoad<Left, (row|col)_major>\(&tile_a, /, "by_$1(");
  text = replace(text, /subgroupMatrixLoad<Right, (row|col)_major>\(&tile_b, /, "by_$1(");
  text = replace(text, "subgroupMatrixMultiplyAccumulate(", "multiply_accumulate(");
  text = replace(text, "subgroupMatrixStore<row_major>(&half_y, ", "store_result(");
  return `${text}
const SHARE: u32 = (MATRIX_M * MATRIX_N + SUBGROUP_SIZE - 1) / SUBGROUP_SIZE;
struct Place { start: u32, row: u32, column: u32 } // steps to the next row and column
var<private> lane: u32;
fn by_row(start: u32, stride: u32) -> Place { return Place(start, stride, 1); }
fn by_col(start: u32, stride: u32) -> Place { return Place(start, 1, stride); }
fn multiply_accumulate(left: Left, right: Right, sum: Result) -> Result {
  var result = sum;
  for (var i = 0u; i < SHARE; i++) {
    let m = (lane + i * SUBGROUP_SIZE) / MATRIX_N;
    let n = (lane + i * SUBGROUP_SIZE) % MATRIX_N;
    if (m >= MATRIX_M) { continue; }
    for (var k = 0u; k < MATRIX_K; k++) {
      let a = tile_a[left.start + m * left.row + k * left.column];
      let b = tile_b[right.start + k * right.row + n * right.column];
      result[i] += f32(a) * f32(b);
    }
  }
  return result;
}
fn store_result(start: u32, result: Result, stride: u32) {
  var r = result;
  for (var i = 0u; i < SHARE; i++) {
    let m = (lane + i * SUBGROUP_SIZE) / MATRIX_N;
    let n = (lane + i * SUBGROUP_SIZE) % MATRIX_N;
    if (m < MATRIX_M) { half_y[start + m * stride + n] = r[i]; }
  }
}
`;
}

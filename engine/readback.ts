/** @file Reading a tensor into main memory through a mappable buffer. */
import { requireTensorsOf } from "./arguments.ts";
import { deviceLost } from "./errors.ts";
import { decodeHalf } from "./half.ts";
import type { Commands } from "./record/commands.ts";
import { type DataOf, type DType, type OpEngine, type Tensor, typedArrays } from "./tensor.ts";

/** What reading needs of the engine. */
interface ReadEngine extends OpEngine {
  readonly device: GPUDevice;
  readonly commands: Pick<Commands, "encode" | "flush">;
}

/** Copies `tensor` to a fresh typed array, after everything encoded before. */
export async function readTensor<D extends DType>(engine: ReadEngine, tensor: Tensor<D>): Promise<DataOf[D]> {
  engine.assertAlive();
  requireTensorsOf(engine, "data()", { tensor });
  const { buffer: source, byteLength: bytes } = tensor;
  const staging = engine.device.createBuffer({ size: bytes, usage: 0x0001 | 0x0008 }); // MAP_READ | COPY_DST
  engine.commands.encode({
    kind: "copy",
    label: "read",
    source,
    sourceOffset: tensor.byteOffset,
    target: staging,
    targetOffset: 0,
    bytes,
  });
  engine.commands.flush();
  try {
    await staging.mapAsync(0x0001); // GPUMapMode.READ
  } catch (cause) {
    engine.assertAlive();
    throw deviceLost("a tensor cannot be read back", { cause });
  }
  const Typed = typedArrays[tensor.dtype];
  const values = new Typed(staging.getMappedRange().slice(0), 0, tensor.size);
  staging.destroy();
  return (values instanceof Uint16Array ? decodeHalf(values) : values) as DataOf[D];
}

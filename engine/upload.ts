/** @file Overwriting bytes of a tensor from main memory. */
import { requireTensorsOf } from "./arguments.ts";
import { ArgumentError, formatShape, ShapeError, WgradError } from "./errors.ts";
import { inOwnMemory, requireMemory } from "./host-values.ts";
import { kernel, run } from "./kernel.ts";
import { written } from "./options.ts";
import type { Commands } from "./record/commands.ts";
import { bytesPerElement, type OpEngine, Tensor } from "./tensor.ts";

const mergeWord = kernel("engine/merge-word", { reads: ["edit"], updates: ["words"] });

/** What an upload needs of the engine. */
interface UploadEngine extends OpEngine {
  readonly planning: boolean;
  readonly recording: boolean;
  readonly commands: Pick<Commands, "upload">;
}

/** What Engine.upload() does; bytes before and after those that are given stay as they are. */
export function uploadBytes(
  engine: UploadEngine,
  target: Tensor,
  data: ArrayBufferView,
  byteOffset: number,
): void {
  requireTensorsOf(engine, "upload", { target });
  if (!ArrayBuffer.isView(data))
    throw new ArgumentError(`upload: needs a typed array, got ${written(data)}.`);
  if ("BYTES_PER_ELEMENT" in data && data.BYTES_PER_ELEMENT === 8)
    throw new ArgumentError(`upload: no tensor has elements of 8 bytes, as those of ${written(data)}.`);
  requireMemory("upload", data);
  const isPlace = Number.isInteger(byteOffset) && byteOffset % 4 === 0 && byteOffset >= 0;
  if (!isPlace || byteOffset + data.byteLength > target.byteLength) {
    const tensor = `${formatShape(target.shape)} (${target.byteLength} bytes)`;
    throw new ShapeError(
      `upload: ${data.byteLength} bytes at byte ${written(byteOffset)} do not fit ${tensor}.`,
    );
  }
  const end = byteOffset + data.byteLength;
  engine.tape?.cuts.refuseChange("upload", target);
  if (engine.planning) return;
  if (engine.recording)
    throw new WgradError("A recorded step cannot upload values: make the tensor before record().");
  const own = inOwnMemory(data);
  const rest = end < target.size * bytesPerElement[target.dtype] ? own.byteLength % 4 : 0;
  const whole = new Uint8Array(own.buffer, own.byteOffset, own.byteLength - rest);
  if (whole.length > 0) engine.commands.upload(target.buffer, target.byteOffset + byteOffset, whole);
  if (rest > 0) {
    const tail = new Uint8Array(own.buffer, own.byteOffset + whole.length, rest);
    mergeTail(engine, target, tail, (end - rest) / 4);
  }
}

/** Writes one to three bytes at the start of a word. Copies move whole words, so a kernel keeps its other bytes. */
function mergeTail(engine: OpEngine, target: Tensor, tail: Uint8Array, word: number): void {
  const value = tail.reduce((sum, byte, i) => sum + byte * 256 ** i, 0);
  engine.scope(() => {
    const { storage, byteOffset } = target;
    const words = engine.adopt(new Tensor(engine, [target.byteLength / 4], "u32", storage, byteOffset));
    const edit = engine.tensor([word, 256 ** tail.length - 1, value], [3], "u32");
    run(mergeWord, { edit, words }, {}, { workgroups: 1 });
  });
}

/** @file What the compiler says of a shader's text, by line. */

export interface CompilerMessage {
  readonly type: "error" | "warning" | "info";
  /** from 1; 0 where the compiler names no place */
  readonly line: number;
  /** from 1 */
  readonly column: number;
  /** letters from there on */
  readonly length: number;
  readonly message: string;
}

/** Compiles the text with its constants as they stand. */
export async function compilerMessages(device: GPUDevice, code: string): Promise<CompilerMessage[]> {
  device.pushErrorScope("validation"); // the messages say it all
  const { messages } = await device.createShaderModule({ code }).getCompilationInfo();
  await device.popErrorScope();
  return messages.map(({ type, lineNum, linePos, length, message }) => ({
    type,
    line: lineNum,
    column: linePos,
    length,
    message,
  }));
}

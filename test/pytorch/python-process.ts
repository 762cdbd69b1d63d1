/** @file Runs repeat.py. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { WgradError } from "../../engine/errors.ts";
import type { Repeated } from "./compare.ts";

const script = fileURLToPath(new URL("repeat.py", import.meta.url));

/** What PyTorch finds for the job in `folder`. Throws WgradError with its reason if it finds nothing. */
export async function repeatInPython(python: string, folder: string): Promise<Repeated> {
  const child = spawn(python, [script, folder], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const last = output.trim().split("\n").at(-1) ?? "";
  if (!last.startsWith("{")) throw new WgradError(`repeat.py ended with code ${code} and said nothing.`);
  const found = JSON.parse(last) as Repeated | { readonly error: string };
  if ("error" in found) throw new WgradError(`PyTorch: ${found.error}`);
  return found;
}

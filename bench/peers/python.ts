/** @file A Python that has PyTorch. */
import { spawnSync } from "node:child_process";

export const pythons = ["python3", "/usr/bin/python3"];
let found: string | undefined | null = null;

/** Looks once; undefined if there is none. */
export function findPython(): string | undefined {
  if (found === null) {
    found = pythons.find((python) => spawnSync(python, ["-c", "import torch"]).status === 0);
  }
  return found;
}

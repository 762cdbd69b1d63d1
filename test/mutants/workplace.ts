/** @file A copy of the project for mutants to live in: the working tree is never touched. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Mutant } from "../../lessons/mutants/mutant.ts";
import { root } from "./root.ts";

/** What the tests of kernels need of the project. */
export const copied = [
  "engine",
  "kernels",
  "lessons",
  "models",
  "test",
  "package.json",
  "tsconfig.json",
  "vitest.config.ts",
] as const;
const omitted = join(root, "test/golden");

export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), "wgrad-mutants-"));

  constructor() {
    try {
      const filter = (path: string) => path !== omitted;
      for (const name of copied)
        cpSync(join(root, name), join(this.folder, name), { recursive: true, filter });
      symlinkSync(join(root, "node_modules"), join(this.folder, "node_modules"));
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  /** Runs `body` with the mutant in place of its shader. */
  async with<R>({ file, from, to }: Mutant, body: () => Promise<R>): Promise<R> {
    const path = join(this.folder, file);
    const original = readFileSync(path, "utf8");
    writeFileSync(
      path,
      original.replace(from, () => to),
    );
    try {
      return await body();
    } finally {
      writeFileSync(path, original);
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

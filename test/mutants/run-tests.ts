/** @file Runs test files in a folder and tells which test failed first. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";

/** Beyond this a mutant has made something wait for ever. */
const longestSeconds = 240;

/** Which tests: files below test/ without .test.ts, and a part of the names of their tests. */
export interface Selection {
  readonly tests: readonly string[];
  readonly named?: string;
}

/** Green: how many tests passed. Red: the first that failed, and its message. */
export type Verdict =
  | { readonly outcome: "green"; readonly passed: number }
  | { readonly outcome: "red"; readonly test: string; readonly message: string };

const reportSchema = z.object({
  numPassedTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({ title: z.string(), status: z.string(), failureMessages: z.array(z.string()) }),
      ),
    }),
  ),
});

let running: ChildProcess | undefined;

/** Ends the tests that run now, if any. */
export function stopTests(): void {
  if (running?.pid !== undefined) process.kill(-running.pid, "SIGKILL"); // its group: Vitest's workers too
}

/** Runs the tests of `folder` until the first fails. */
export async function runTests(folder: string, { tests, named }: Selection): Promise<Verdict> {
  const report = join(folder, "report.json");
  rmSync(report, { force: true });
  const files = tests.map((name) => `test/${name}.test.ts`);
  const pattern = named === undefined ? [] : ["-t", named];
  const options = ["--bail", "1", "--reporter", "json", "--outputFile", report];
  const vitest = join("node_modules", "vitest", "vitest.mjs");
  const args = [vitest, "run", ...files, ...options, ...pattern];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: "ignore", detached: true });
  running = child;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    stopTests();
  }, longestSeconds * 1000);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  clearTimeout(timer);
  running = undefined;
  if (late) return { outcome: "red", test: `no end within ${longestSeconds} s`, message: "" };
  return verdictOf(report, code);
}

function verdictOf(report: string, code: number | null): Verdict {
  let text: string;
  try {
    text = readFileSync(report, "utf8");
  } catch {
    return { outcome: "red", test: `Vitest ended with code ${code}`, message: "" };
  }
  const { testResults, numPassedTests } = reportSchema.parse(JSON.parse(text));
  for (const { name, status, message, assertionResults } of testResults) {
    const failed = assertionResults.find((result) => result.status === "failed");
    if (failed) return { outcome: "red", test: failed.title, message: failed.failureMessages.join("\n") };
    if (status === "failed") return { outcome: "red", test: name, message };
  }
  if (code !== 0) return { outcome: "red", test: `Vitest ended with code ${code}`, message: "" };
  return { outcome: "green", passed: numPassedTests };
}

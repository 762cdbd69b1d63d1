/** @file Runs the command line as its users do: a process of its own, its output on pipes. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

const launcher = fileURLToPath(new URL("../../cli/wgrad.mjs", import.meta.url));
/** Preloaded with --import: no server has a name. */
export const noNetwork = new URL("support/no-network.mjs", import.meta.url).href;

/** Software unless asked otherwise: a test has to end the same everywhere. */
export const adapter = process.env.WGRAD_ADAPTER ?? "swiftshader";

export interface Finished {
  /** null if a signal ended the process */
  readonly code: number | null;
  /** which one */
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
}

export interface Surroundings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** largest file the process may write, in kilobytes: what a full disk looks like to it */
  readonly largestFile?: number;
  /** where standard output goes, by path */
  readonly stdout?: string;
}

/** Starts `wgrad <words>` without network. */
export function startCli(words: readonly string[], surroundings: Surroundings = {}): Running {
  const { largestFile, stdout } = surroundings;
  const limit = largestFile ? `ulimit -f ${largestFile}; ` : "";
  const script = `${limit}exec "$0" "$@"${stdout ? ` > ${stdout}` : ""}`;
  const command = [process.execPath, launcher, ...words];
  const [program = "", ...args] = largestFile || stdout ? ["bash", "-c", script, ...command] : command;
  return start(program, args, surroundings);
}

/** Starts any program in these surroundings, without network. */
export function start(program: string, args: readonly string[], { cwd, env }: Surroundings = {}): Running {
  const child = spawn(program, args, {
    stdio: ["ignore", "pipe", "pipe"],
    cwd,
    env: { ...process.env, NODE_OPTIONS: `--import=${noNetwork}`, XDG_RUNTIME_DIR: "/tmp", ...env },
  });
  const output = { stdout: "", stderr: "" };
  child.stdout!.setEncoding("utf8").on("data", (text: string) => {
    output.stdout += text;
  });
  child.stderr!.setEncoding("utf8").on("data", (text: string) => {
    output.stderr += text;
  });
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, ...output }));
  });
  return { child, finished };
}

export function runCli(words: readonly string[], surroundings?: Surroundings): Promise<Finished> {
  return startCli(words, surroundings).finished;
}

/** Runs and expects success; the message of a failure shows what was printed. */
export async function succeed(words: readonly string[], surroundings?: Surroundings): Promise<Finished> {
  const finished = await runCli(words, surroundings);
  expect(finished, `wgrad ${words.join(" ")}`).toMatchObject({ code: 0 });
  return finished;
}

/** Runs and expects an error for people: this exit code, words that match, no stack trace. Returns what was printed. */
export async function fail(
  words: readonly string[],
  code: 1 | 2,
  pattern: RegExp,
  surroundings?: Surroundings,
): Promise<string> {
  const finished = await runCli(words, surroundings);
  expect(finished.stderr, `wgrad ${words.join(" ")}`).toMatch(pattern);
  expect(finished.stderr + finished.stdout).not.toMatch(stackTrace);
  expect(finished.stderr).not.toContain("defect of wgrad");
  const message = finished.stderr.slice(finished.stderr.search(/^(wgrad|error): /m)).trim();
  expect(message, "one paragraph").not.toMatch(/\n\s*\n/);
  expect(finished.code).toBe(code);
  return finished.stderr;
}

/** Of JavaScript: Dawn prints a line of its C++ when it finds no driver. */
export const stackTrace = /^\s+at .*\.(ts|mjs|js):\d+/m;

/** Waits until a process that is `running` has brought about what `happened` looks for. */
export async function until(happened: () => boolean, { child, finished }: Running): Promise<void> {
  while (!happened()) {
    if (child.exitCode !== null) throw new Error(`ended before that: ${JSON.stringify(await finished)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Waits until a process that is `running` has made the file. */
export function untilExists(path: string, running: Running): Promise<void> {
  return until(() => existsSync(path), running);
}

/** @file One peer's process with a time limit: what it measured, or why it did not. */
import { spawn } from "node:child_process";
import type { Command } from "./peers.ts";
import type { Outcome } from "./time-steps.ts";

export type Result = { readonly outcome: Outcome } | { readonly reason: string };

export async function runChild(command: Command, limitSeconds: number): Promise<Result> {
  if ("reason" in command) return command;
  const [program, ...options] = command.words;
  const child = spawn(program, options, { stdio: ["ignore", "pipe", "pipe"] });
  const texts = { out: "", err: "" };
  child.stdout.on("data", (data: Buffer) => {
    texts.out += data.toString();
  });
  child.stderr.on("data", (data: Buffer) => {
    texts.err += data.toString();
  });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, 1000 * limitSeconds);
  const ending = await new Promise<string>((resolve) => {
    child.on("error", (error) => resolve(error.message));
    child.on("close", (code, signal) => resolve(signal ? `signal ${signal}` : `exit code ${code}`));
  });
  clearTimeout(timer);
  if (late) return { reason: `not done after ${limitSeconds} s` };
  return parse(texts.out) ?? { reason: `${ending}: ${lastLine(texts.err)}` };
}

/** Peers print other things too; the last line that is an object counts. */
function parse(output: string): Result | undefined {
  const line = output.split("\n").findLast((text) => text.startsWith("{"));
  if (!line) return undefined;
  const value = JSON.parse(line) as Outcome | { readonly error: string };
  return "error" in value ? { reason: value.error } : { outcome: value };
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}

/** @file The words after `npm run bench...`: wrong ones get a message for people. */
import { type ParseArgsConfig, parseArgs } from "node:util";
import { surviveLostOutput } from "../cli/output.ts";
import { UsageError, WgradError } from "../engine/errors.ts";

/** Node's parseArgs, whose errors become a UsageError. */
export function parseWords<T extends ParseArgsConfig>(config: T) {
  try {
    return parseArgs(config);
  } catch (cause) {
    if (cause instanceof TypeError && "code" in cause) throw new UsageError(cause.message, { cause });
    throw cause;
  }
}

/** Runs a script and ends the process with the exit code it returns, or that of its error. */
export function runScript(name: string, script: () => Promise<number> | number): void {
  surviveLostOutput();
  Promise.resolve()
    .then(script)
    .catch((error: unknown) => {
      console.error(error instanceof WgradError ? `${name}: ${error.message}` : error);
      return error instanceof WgradError ? error.exitCode : 1;
    })
    .then((code) => process.exit(code)); // Dawn's threads would keep the process alive
}

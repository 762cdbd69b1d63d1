/**
 * @file A command whose npm was killed. `npm run` starts a shell, and the shell starts us. npm passes a SIGTERM on to the
 * shell alone, and a SIGKILL or SIGHUP to nobody: the command would go on unseen. So it looks for both now and then, and
 * takes it for a SIGTERM if one of them is gone.
 */
import { readFileSync } from "node:fs";

const milliseconds = 250;

/** Starts looking, if npm was asked to run this command line. */
export function endWithNpm(): void {
  if (!process.env.npm_lifecycle_script?.includes("cli/wgrad.mjs")) return;
  const shell = process.ppid;
  const npm = parentOf(shell);
  const timer = setInterval(() => {
    if (process.ppid === shell && parentOf(shell) === npm) return;
    clearInterval(timer);
    process.kill(process.pid, "SIGTERM");
  }, milliseconds);
  timer.unref();
}

/** From Linux's /proc. Elsewhere it is undefined; there the shell becomes the command, so that npm is its parent. */
function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8"); // "pid (name) state parent ...", any character in the name
    return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  } catch {
    return undefined;
  }
}

/**
 * @file A command whose npm was killed. `npm run` starts a shell, and the shell starts us. npm passes a SIGTERM on to the
 * shell alone, and a SIGKILL or SIGHUP to nobody: the command would go on unseen. So it looks for both now and then, and
 * takes it for a SIGTERM if one of them is gone.
 */
import { runsScript } from "../runner/command.ts";
import { processFields } from "../runner/store/process-fields.ts";

const milliseconds = 250;

/** Starts looking, if npm was asked to run this command line. */
export function endWithNpm(): void {
  if (!runsScript()) return;
  const shell = process.ppid;
  const npm = parentOf(shell);
  const timer = setInterval(() => {
    if (process.ppid === shell && parentOf(shell) === npm) return;
    clearInterval(timer);
    process.kill(process.pid, "SIGTERM");
  }, milliseconds);
  timer.unref();
}

/** Undefined but on Linux: elsewhere the shell becomes the command, so that npm is its parent. */
const parentOf = (id: number) => processFields(id)?.[1];

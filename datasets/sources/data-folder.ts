/** @file Where data sets lie on this machine. */

import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { requirePath } from "../../engine/options.ts";

/**
 * The data folder as an absolute path: `data` (the option `--data`), else the environment variable `WGRAD_DATA`, else
 * `~/.cache/wgrad/data`. Empty strings count as not given. The folder need not exist.
 */
export function dataFolder(data?: string): string {
  if (data) requirePath("data folder", data);
  return resolve(data || process.env.WGRAD_DATA || join(homedir(), ".cache", "wgrad", "data"));
}

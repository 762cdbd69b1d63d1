#!/usr/bin/env node
// The launcher: lets Node run TypeScript, then starts the command line.
import { register as registerHooks } from "node:module";
import { register } from "tsx/esm/api";

register();
registerHooks("./own-imports.mjs", import.meta.url);
const { main } = await import("./main.ts");
await main(process.argv);

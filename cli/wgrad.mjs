#!/usr/bin/env node
// The launcher: lets Node run TypeScript, then starts the command line.
import { register } from "tsx/esm/api";

register();
const { main } = await import("./main.ts");
await main(process.argv);

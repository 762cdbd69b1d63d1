/** @file Reads experiments by name or file as the launcher does, and prints what comes of each: many in one process. */
import { register as registerHooks } from "node:module";
import { register } from "tsx/esm/api";

register();
registerHooks(new URL("../../../cli/own-imports.mjs", import.meta.url));
const { findNamed } = await import("../../../cli/find.ts");
const found = [];
for (const name of process.argv.slice(2)) {
  found.push(
    await findNamed(name).then(
      ({ id }) => ({ id }),
      ({ name: error, message }) => ({ error, message }),
    ),
  );
}
console.log(JSON.stringify(found));

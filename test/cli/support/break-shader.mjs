/** @file Preloaded into processes of tests: changes a shader as it is read. BREAK_SHADER is {"shader","from","to"}. */
import fs from "node:fs";

const { shader, from, to } = JSON.parse(process.env.BREAK_SHADER);
const read = fs.readFileSync;
fs.readFileSync = (path, ...rest) => {
  const text = read(path, ...rest);
  return String(path).endsWith(shader) ? text.replaceAll(from, to) : text;
};

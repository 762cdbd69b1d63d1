/** @file Preloaded into processes of tests: changes a shader as it is read. BREAK_SHADER is {"shader","from","to"}. */
import fs from "node:fs";

const { shader, from, to } = JSON.parse(process.env.BREAK_SHADER);
const read = fs.readFileSync;
fs.readFileSync = (path, ...rest) => {
  const text = read(path, ...rest);
  if (!String(path).endsWith(shader)) return text;
  if (!text.includes(from)) throw new Error(`${shader} has no "${from}" to break`);
  return text.replaceAll(from, to);
};

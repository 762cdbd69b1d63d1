/** @file What the build makes of imports when it divides the rooms among two packages. */
import { describe, expect, it } from "vitest";
import { importLibraryByName, packagesOf } from "../../tools/build/imports.ts";

const code = `
import { a } from "../engine/errors.js";
import { b } from "./options.js";
export { c } from "../models/index.js";
import { platform } from "#platform";
const d = await import("../engine/errors.js");
console.log("../engine/errors.js", d);
`;

describe("importLibraryByName", () => {
  it("names modules of the library, and leaves all else", () => {
    expect(importLibraryByName(code, "cli/train.js")).toBe(`
import { a } from "wgrad/internal/engine/errors";
import { b } from "./options.js";
export { c } from "wgrad/internal/models/index";
import { platform } from "#platform";
const d = await import("wgrad/internal/engine/errors");
console.log("../engine/errors.js", d);
`);
  });

  it("takes types of declarations along, and folders that are named like rooms for what they are", () => {
    const types = 'export type A = import("../../models/model.ts").A;\nexport * from "../own/models/b.ts";\n';
    expect(importLibraryByName(types, "runner/own/index.d.ts")).toBe(
      'export type A = import("wgrad/internal/models/model").A;\nexport * from "../own/models/b.ts";\n',
    );
  });
});

describe("packagesOf", () => {
  it("has packages alone, without what they are asked for", () => {
    const text = `import { x } from "tsx/esm/api"; import "node:fs"; import "#platform"; import "./a.js";
const y = await import("@resvg/resvg-js");`;
    expect(packagesOf(text)).toEqual(["tsx", "@resvg/resvg-js"]);
  });
});

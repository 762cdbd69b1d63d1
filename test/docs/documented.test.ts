/** @file Everything that the package's entry points export says what it is: functions, classes, their methods, types, values. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Application, type DeclarationReflection, ReflectionKind, type SignatureReflection } from "typedoc";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const docs = join(root, "docs");
const read = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));
const { entryPoints } = read(join(docs, "typedoc.json")) as { entryPoints: string[] };
const { exports } = read(join(root, "package.json")) as {
  exports: Record<string, string | { default: string }>;
};

const documented =
  ReflectionKind.Variable |
  ReflectionKind.Class |
  ReflectionKind.Interface |
  ReflectionKind.TypeAlias |
  ReflectionKind.CallSignature |
  ReflectionKind.GetSignature;

/** Members of values, as rows of tables, are described by the value; those of a parameter by the parameter. */
const isPartOfValue = (reflection: DeclarationReflection | SignatureReflection) =>
  /\.__type\./.test(reflection.getFullName()) || reflection.getFullName().endsWith(".__type");

it("has the documentation of every room that the package exports", () => {
  const rooms = Object.entries(exports)
    .filter(([name]) => name !== ".")
    .map(([, file]) => (typeof file === "string" ? file : file.default));
  expect(entryPoints.map((path) => path.replace("../", "./")).sort()).toEqual(
    [...rooms, "./engine/index.ts"].sort(),
  );
});

it("finds nothing without a docstring", { timeout: 600_000 }, async () => {
  const app = await Application.bootstrap({
    entryPoints: entryPoints.map((path) => join(docs, path)),
    tsconfig: join(docs, "tsconfig.reference.json"),
    excludePrivate: true,
    excludeExternals: true,
    blockTags: ["@file", "@param", "@returns", "@throws"],
    skipErrorChecking: true, // tsc does that
    logLevel: "Error",
  });
  const project = await app.convert();
  const all = project!.getReflectionsByKind(documented) as (DeclarationReflection | SignatureReflection)[];
  expect(all.length).toBeGreaterThan(1000);
  const lacking = all
    .filter((reflection) => !reflection.hasComment() && !isPartOfValue(reflection))
    .filter(
      (reflection) => !(reflection.kindOf(ReflectionKind.CallSignature) && reflection.parent!.hasComment()),
    )
    .map((reflection) => reflection.getFullName());
  expect([...new Set(lacking)].sort()).toEqual([]);
});

/** @file Anybody can write a link: what it says is checked, and what cannot be is named. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { languages, type Place, readPlace, start, views, writePlace } from "../../web/address.ts";
import { en } from "../../web/text/en/index.ts";
import { es } from "../../web/text/es/index.ts";

const places = fc.record({
  view: fc.constantFrom(...views),
  language: fc.constantFrom(...languages),
  experiment: fc.constantFrom("svhn-c", "cifar10-b"),
  profile: fc.constantFrom("quick" as const, "full" as const),
  seed: fc.nat(999_999_999),
  image: fc.nat(9999),
  kernel: fc.constantFrom(undefined, "conv2d/forward.subgroup-any", "optimizers/adam"),
  ladders: fc.constantFrom(undefined, "dense", "dense.input-gradient"),
});

describe("the address", () => {
  it("of the start is empty", () => {
    expect(writePlace(start)).toBe("");
    expect(readPlace("")).toEqual({ place: start, problems: [] });
  });

  it("hands on every place", () => {
    fc.assert(
      fc.property(places, (place) => {
        const whole: Place = { ...start, ...place };
        expect(readPlace(writePlace(whole))).toEqual({ place: whole, problems: [] });
      }),
    );
  });

  it.each([
    ["?view=nowhere", "view"],
    ["?experiment=<script>alert(1)</script>", "experiment"],
    [`?experiment=${"a".repeat(100)}`, "experiment"],
    ["?experiment=a/../b", "experiment"],
    ["?seed=-1", "seed"],
    ["?seed=1e9", "seed"],
    ["?seed=99999999999999999999", "seed"],
    ["?image=", "image"],
    ["?lang=xx", "lang"],
    ["?profile=__proto__", "profile"],
    ["?kernel=../../etc/passwd", "kernel"],
    ["?kernel=conv2d", "kernel"],
    ["?ladders=dense.dense", "ladders"],
    ["?ladders=elsewhere", "ladders"],
  ])("that cannot be shows the start: %s", (query, problem) => {
    expect(readPlace(query)).toEqual({ place: start, problems: [problem] });
  });

  it("of any text is a place", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { place } = readPlace(text);
        expect(readPlace(writePlace(place)).place).toEqual(place);
      }),
    );
  });
});

describe("the texts", () => {
  const keysOf = (texts: object, path = ""): string[] =>
    Object.entries(texts).flatMap(([key, value]) =>
      typeof value === "object" ? keysOf(value, `${path}${key}.`) : [`${path}${key}`],
    );

  it("are the same ones in both languages, and name every view", () => {
    expect(keysOf(es)).toEqual(keysOf(en));
    expect(Object.keys(en.views)).toEqual([...views]);
  });
});

describe("what a link says of a picture", () => {
  it("comes back as it was written", () => {
    const place: Place = { ...start, view: "draw", image: 7, explained: 0, pixel: "3.31.2", value: 0 };
    expect(readPlace(writePlace(place))).toEqual({ place, problems: [] });
    expect(writePlace({ ...start, explained: undefined, value: undefined })).toBe("");
  });

  it("is left out and named where it cannot be", () => {
    const query = "?view=drawn&explained=-1&pixel=3.31.7&value=256";
    expect(readPlace(query)).toEqual({ place: start, problems: ["view", "explained", "pixel", "value"] });
    for (const value of ["", "1.5", "-0", "1e1", "NaN"])
      expect(readPlace(`?value=${value}`).problems).toEqual(["value"]);
  });
});

describe("what a link says of a race", () => {
  it("comes back as it was written, and is checked", () => {
    const place: Place = { ...start, view: "race", left: "adam*0.001**", right: "*0.1*he_normal*3" };
    expect(readPlace(writePlace(place))).toEqual({ place, problems: [] });
    const query = "?left=adam&right=rocket***";
    expect(readPlace(query)).toEqual({ place: start, problems: ["left", "right"] });
  });
});

describe("links into the lab", () => {
  const guides = ["lab", "teaching", "teaching-es"].map((name) => `docs/guides/${name}.md`);
  const links = guides.flatMap((path) =>
    [...readFileSync(path, "utf8").matchAll(/\(http:\/\/localhost:8080\/(\?[^)]*)\)/g)].map(
      ([, query]) => [path, query!] as const,
    ),
  );

  it("stand in the lesson plan in both languages, to the same places", () => {
    const of = (name: string) =>
      links.filter(([path]) => path.endsWith(`/${name}.md`)).map(([, query]) => readPlace(query).place);
    expect(of("teaching").length).toBeGreaterThan(8);
    expect(of("teaching-es")).toEqual(of("teaching").map((place) => ({ ...place, language: "es" })));
  });

  it.each(links)("%s %s lead where they say", (_, query) => {
    expect(readPlace(query).problems).toEqual([]);
  });
});

/** @file The texts of figures and of the book: the same keys and slots in every language, none missing, none unused. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { ArgumentError, FileError } from "../../engine/errors.ts";
import { bookTexts, chapterNames, messageFiles } from "../../report/book/texts.ts";
import { formatCount, formatList, formatPercent, formatSeconds, formatTick } from "../../report/format.ts";
import { label, labelOf, labelText } from "../../report/label.ts";
import { type Language, languages } from "../../report/language.ts";
import { filled, parseTexts, slotsOf } from "../../report/markdown.ts";
import type { DatasetFacts } from "../../report/run-report.ts";

const root = join(import.meta.dirname, "../..");

/** The sources whose strings may be keys. */
const sources = ["report", "runner", "experiments"].flatMap((room) =>
  readdirSync(join(root, room), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => join(root, room, path)),
);

interface Call {
  readonly place: string;
  readonly name: string;
  readonly key: string;
  /** names of the slots, where they are written out */
  readonly slots: readonly string[] | undefined;
}

/** All strings of the sources (templates with * for what is put in), and calls whose first argument is a string. */
function readSources(paths: readonly string[]): { strings: Set<string>; calls: Call[] } {
  const strings = new Set<string>();
  const calls: Call[] = [];
  for (const path of paths) {
    const file = ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
    const visit = (node: ts.Node): void => {
      if (ts.isStringLiteralLike(node)) strings.add(node.text);
      if (ts.isTemplateExpression(node))
        strings.add(node.head.text + node.templateSpans.map(({ literal }) => `*${literal.text}`).join(""));
      if (ts.isCallExpression(node)) {
        const [first, second] = node.arguments;
        const name = ts.isPropertyAccessExpression(node.expression)
          ? node.expression.name.text
          : node.expression.getText();
        const slots = second && ts.isObjectLiteralExpression(second) ? slotNames(second) : undefined;
        if (first && ts.isStringLiteralLike(first))
          calls.push({
            place: path.slice(root.length + 1),
            name,
            key: first.text,
            slots: second ? slots : [],
          });
      }
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return { strings, calls };
}

function slotNames(object: ts.ObjectLiteralExpression): string[] | undefined {
  const names = object.properties.map((property) =>
    ts.isSpreadAssignment(property) ? undefined : property.name?.getText(),
  );
  return names.includes(undefined) ? undefined : (names as string[]).sort();
}

const { strings, calls } = readSources(sources);
/** What the templates among the strings can become; those without a word of their own could become anything. */
function templatesOf(strings: ReadonlySet<string>): RegExp[] {
  return [...strings]
    .filter((text) => /[a-z]/.test(text) && text.includes("*"))
    .map((text) => new RegExp(`^${text.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".+")}$`));
}

const templates = templatesOf(strings);

const figureTexts = (language: Language) => {
  const file = join(root, "report/text", language, "figures.md");
  return parseTexts(file, readFileSync(file, "utf8")).messages;
};

describe.each([
  ["figures", figureTexts],
  ["the book", (language: Language) => bookTexts(language).messages],
] as const)("texts of %s", (_, messagesOf) => {
  it("have the same keys in every language, with the same slots", () => {
    const [english, ...others] = languages.map(messagesOf);
    for (const other of others) {
      expect([...other.keys()]).toEqual([...english!.keys()]);
      for (const [key, message] of english!) expect(slotsOf(other.get(key)!), key).toEqual(slotsOf(message));
    }
  });
});

describe.each(languages)("texts of the book: %s", (language) => {
  it("say of all data where they come from", () => {
    const origins: Record<DatasetFacts["origin"], true> = {
      official: true,
      other: true,
      synthetic: true,
      own: true,
    };
    const said = Object.keys(origins).map((origin) => bookTexts(language).word(`page.origin-${origin}`));
    expect(new Set(said).size).toBe(said.length);
  });
});

describe("keys in the sources", () => {
  it("of figures exist, and their slots are those of the text", () => {
    const messages = figureTexts("en");
    const used = calls.filter(({ name }) => name === "label");
    expect(used.length).toBeGreaterThan(80);
    for (const { place, key, slots } of used) {
      expect(messages.has(key), `${place}: ${key}`).toBe(true);
      if (slots) expect(slots, `${place}: ${key}`).toEqual(slotsOf(messages.get(key)!));
    }
  });

  it("of the book exist, and their slots are those of the text", () => {
    const { messages } = bookTexts("en");
    const used = calls.filter(({ name, key }) => (name === "say" || name === "word") && key.includes("."));
    expect(used.length).toBeGreaterThan(50);
    for (const { place, key, slots } of used) {
      expect(messages.has(key), `${place}: ${key}`).toBe(true);
      if (slots) expect(slots, `${place}: ${key}`).toEqual(slotsOf(messages.get(key)!));
    }
  });

  it("use every text of figures", () => {
    // values of factors and names of methods are keys by what they are called
    const names = new Set([...strings].map((text) => text.toLowerCase().replace(/\W+/g, "-")));
    const unused = [...figureTexts("en").keys()].filter(
      (key) => !strings.has(key) && !names.has(key) && !templates.some((template) => template.test(key)),
    );
    expect(unused).toEqual([]);
  });

  it("use every text of the book, but names of what is measured", () => {
    const inBook = readSources(sources.filter((path) => path.startsWith(join(root, "report/book"))));
    // a template such as `page.*` alone shows no use: what is put in stands as a string somewhere
    const whole = /^\^(page|reasons|measures)\\\.\.\+\$$/;
    const patterns = templatesOf(inBook.strings).filter(({ source }) => !whole.test(source));
    const unused = [...bookTexts("en").messages.keys()].filter((key) => {
      const [file, ...rest] = key.split(".");
      if (file === "measures") return false; // keys of result.json
      const own = rest.join(".");
      const has = inBook.strings.has(key) || inBook.strings.has(own);
      return !has && !patterns.some((pattern) => pattern.test(key) || pattern.test(own));
    });
    expect(templatesOf(inBook.strings).length).toBeGreaterThan(patterns.length);
    expect(unused).toEqual([]);
  });

  it("leave no file of texts unread", () => {
    for (const language of languages) {
      const files = readdirSync(join(root, "report/book/text", language)).sort();
      expect(files).toEqual([...chapterNames, ...messageFiles].map((name) => `${name}.md`).sort());
    }
    expect(dirname(sources[0]!)).toContain("report");
  });
});

describe("parseTexts", () => {
  it("reads titles, paragraphs, sections, questions and messages", () => {
    const page = parseTexts(
      "a.md",
      "# A title\n\nOne\nline.\n\n- `key` A {{slot}}\n  and more\n- `other` B\n\n## id-a: Section\n\n> What\n> is it?\n\n- `key` C\n\nBecause.\n",
    );
    expect(page.title).toBe("A title");
    expect(page.paragraphs).toEqual(["One line."]);
    expect(page.sections).toEqual([
      { id: "id-a", title: "Section", question: "What is it?", paragraphs: ["Because."] },
    ]);
    expect(Object.fromEntries(page.messages)).toEqual({
      key: "A {{slot}} and more",
      other: "B",
      "id-a.key": "C",
    });
  });

  it("refuses a key that stands twice and an item without one", () => {
    expect(() => parseTexts("a.md", "- `a` A\n- `a` B\n")).toThrow(FileError);
    expect(() => parseTexts("a.md", "- `a` A\n- `a` B\n")).toThrow("a.md: the key a stands twice.");
    expect(() => parseTexts("a.md", "- no key\n")).toThrow(
      "a.md: an item has to begin with its key: - no key",
    );
  });
});

describe("slots", () => {
  it("are filled with any text as it is, or there is no sentence", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(filled("x {{a}} y {{b}} {{a}}", { a, b })).toBe(`x ${a} y ${b} ${a}`);
        expect(filled("{{a}} {{b}}", { a, b: undefined })).toBeUndefined();
      }),
    );
  });

  it("write Spanish 'de el' as one word", () => {
    const texts = bookTexts("es");
    const said = texts.say("phrases.method-errors", {
      method: "el autoencoder básico",
      errors: "1",
      pca: "2",
    });
    expect(said).toContain("por píxel del autoencoder básico");
  });

  it("of an unknown key: an error that names the nearest", () => {
    expect(() => bookTexts("en").say("phrases.outcom")).toThrow(ArgumentError);
    expect(() => bookTexts("en").say("phrases.outcom")).toThrow("Did you mean phrases.outcome?");
    expect(() => labelText(label("loss-by-epok"))).toThrow("Did you mean loss-by-epoch?");
    expect(() => labelText(label("numbers"))).toThrow(/a slot of .* has no value/);
  });
});

describe("labels", () => {
  it("are words as they stand, numbers of the language, messages, and lists of these", () => {
    const shown = [label("training"), label("epoch-number", { epoch: 1000 }), "p = 0.5", 0.5];
    expect(labelText(shown, "en")).toBe("training, epoch 1,000, p = 0.5, 0.5");
    expect(labelText(shown, "es")).toBe("entrenamiento, época 1.000, p = 0.5, 0,5");
    expect(labelText(labelOf("shifts, horizontal flips"), "es")).toBe("corrimientos, reflexión horizontal");
    expect(labelText(labelOf("Conv2D, twice"), "es")).toBe("Conv2D, twice");
  });
});

describe("numbers", () => {
  it("are written as each language writes them", () => {
    expect([formatCount(1_058_726.5), formatCount(1_058_726.5, "es")]).toEqual([
      "1,058,726.5",
      "1.058.726,5",
    ]);
    expect(formatPercent(0.0572, 2, "es")).toBe("5,72\u00a0%");
    expect([formatTick(0.025), formatTick(0.025, "es")]).toEqual(["0.025", "0,025"]);
    expect(formatList(["a", "b", "c"], "es")).toBe("a, b y c");
  });

  it.each([
    [0.25, "250 ms"],
    [15, "15 s"],
    [59.7, "1 min 0 s"],
    [678, "11 min 18 s"],
    [7190, "2 h 0 min"],
    [7800, "2 h 10 min"],
  ])("%f seconds are %s", (seconds, text) => {
    expect(formatSeconds(seconds).replaceAll("\u00a0", " ")).toBe(text);
  });
});

/** @file The lessons: the same ones in both languages, every slot filled, every answer from a committed result. */
import { describe, expect, it } from "vitest";
import { type HandExample, handExamples } from "../../lessons/by-hand/examples.ts";
import { slotsOf as slotsIn } from "../../report/markdown.ts";
import { languages, readPlace, start, writePlace } from "../../web/address.ts";
import { answerOf, slotsOf } from "../../web/lessons/answers.ts";
import { handLessons, lessons, partCount } from "../../web/lessons/list.ts";
import { readNumber, verdictOf } from "../../web/lessons/predictions.ts";
import { questions } from "../../web/lessons/questions.ts";
import recorded from "../../web/lessons/recorded.json" with { type: "json" };
import { recordedAnswer } from "../../web/lessons/recorded.ts";
import { results } from "../../web/lessons/results.ts";
import { type LessonTexts, loadTexts } from "../../web/lessons/texts.ts";
import { useEngine } from "../support/engine.ts";
import { recordLessons } from "./record-lessons.ts";

const [en, es] = await Promise.all([loadTexts("en"), loadTexts("es")]);

/** Everything of a language's texts but the words. */
function skeleton(texts: LessonTexts) {
  return [...texts.pages].map(([id, { paragraphs, sections, messages }]) => ({
    id,
    paragraphs: paragraphs.map(slotsIn),
    sections: sections.map((section) => [
      section.id,
      slotsIn(section.question),
      section.paragraphs.map(slotsIn),
    ]),
    messages: [...messages].map(([key, message]) => [key, slotsIn(message)]),
  }));
}

describe("the lessons", () => {
  it("are the same ones in both languages, with the same parts, questions and slots", () => {
    expect(skeleton(es)).toEqual(skeleton(en));
    expect([...es.questions.keys()]).toEqual([...en.questions.keys()]);
  });

  it("by hand have a text for each part, and ask for numbers that there are", () => {
    for (const { id, parts } of handLessons) {
      const page = en.pages.get(id)!;
      expect(page.sections.map((section) => section.id)).toEqual(parts.map((part) => part.id));
      expect([...page.messages.keys()]).toEqual(parts.map((part) => `${part.id}.after`));
      for (const { example, inputs, results: shown, asks } of parts) {
        const { inputs: has, results: gives }: HandExample = handExamples[example];
        expect(has.map(({ name }) => name)).toEqual(expect.arrayContaining([...inputs]));
        expect(gives.map(({ name }) => name)).toEqual(expect.arrayContaining([...shown]));
        expect(shown).toContain(asks[0]);
      }
    }
  });

  it.each(
    questions,
  )("$id: an answer from a committed result, and words for it in both languages", (question) => {
    const { id, guess } = question;
    const answer = answerOf(question, results);
    const count = answer.figures.length;
    expect(count > 1).toBe(guess.kind !== "number");
    expect(answer.figures.some(({ isBest }) => isBest)).toBe(true);
    for (const language of languages) {
      const words = language === "en" ? en : es;
      expect(words.questions.get(id)?.question).toBeTruthy();
      const slots = { ...slotsOf(answer, language), best: "this" };
      for (const key of ["ask", "of", "shown"]) expect(words.say(`${id}.${key}`, slots)).toBeTruthy();
      const choices = [...words.guesses.messages.keys()].filter((key) =>
        new RegExp(`^${id}\\.\\d+$`).test(key),
      );
      expect(choices).toEqual(count > 1 ? answer.figures.map((_, i) => `${id}.${i + 1}`) : []);
    }
  });

  it("name the choices of sweeps and pairs in the order of the result", () => {
    for (const { id, guess } of questions) {
      const { summary, confused_pairs: pairs } = results.get(id)!.result;
      const named = guess.kind === "trials" ? summary : guess.kind === "pairs" ? pairs : [];
      for (const [i, entry] of (named as { factors?: object; classes?: string[] }[]).entries()) {
        const label = en.say(`${id}.${i + 1}`);
        for (const name of entry.classes ?? []) expect(label).toContain(name);
        if (!entry.factors) continue;
        const numbers = Object.values(entry.factors).join(" ").match(/\d+/g) ?? [];
        expect(label.match(/\d+/g) ?? []).toEqual(numbers);
      }
    }
  });

  it("say what was written for the runs that there are: with another one, guesses.md has to be read again", () => {
    const full = questions.filter(({ id }) => results.get(id)!.result.profile === "full").map(({ id }) => id);
    expect(full).toEqual([
      ...[
        "cifar10-b",
        "ae-a",
        "ae-b",
        "ae-c",
        "ae-e",
        "ae-h",
        "ae-i",
        "dae-b",
        "dae-d",
        "dae-e",
        "pretrain-a",
      ],
      ...["stacked-ae", "tied-ae", "semi-ae", "cifar25-base", "cifar25-base-aug", "cifar25-base-zca"],
    ]);
  });

  it("are all of the assignment's questions that have a figure", () => {
    const without = ["cifar10-a", "svhn-a", "svhn-b", "ae-d", "caltech-pretrain"]; // data alone, or no result yet
    const asked = [...en.questions.keys()].filter((id) => !without.includes(id));
    expect(questions.map(({ id }) => id).toSorted()).toEqual(asked.toSorted());
  });
});

describe("links to lessons", () => {
  it("lead to every part, and back", () => {
    for (const lesson of lessons)
      for (let part = 1; part <= partCount(lesson); part++) {
        const place = { ...start, view: "lessons" as const, lesson: lesson.id, part };
        expect(readPlace(writePlace(place))).toEqual({ place, problems: [] });
      }
  });

  it("to parts that there are not are named", () => {
    expect(readPlace("?lesson=conv2d&part=4").problems).toEqual(["part"]);
    expect(readPlace("?lesson=svhn-c&part=2").problems).toEqual(["part"]);
    expect(readPlace("?lesson=nothing&part=0").problems).toEqual(["lesson", "part"]);
    expect(readPlace("?lesson=__proto__").problems).toEqual(["lesson"]);
  });

  it("from them into the lab are read without a problem", () => {
    for (const { alive } of questions) if (alive) expect(readPlace(alive).problems).toEqual([]);
  });
});

describe("a prediction", () => {
  it("is read with a point or a comma", () => {
    expect(["0.5", "0,5", " -3 ", "−3", "41 %", ".5"].map(readNumber)).toEqual([0.5, 0.5, -3, -3, 41, 0.5]);
    expect(["", "one", "1e3", "1,000,000", "--1"].map(readNumber)).toEqual([...Array(5)]);
  });

  it("is right at two digits, and else told where the number is", () => {
    expect([0.24, 0.25, 0.2447].map((typed) => verdictOf(typed, 0.24473))).toEqual([
      "right",
      "smaller",
      "right",
    ]);
    expect(verdictOf(4, 5)).toBe("larger");
    expect(verdictOf(1003, 1000)).toBe("right");
    expect(verdictOf(4.9, 5)).toBe("larger");
  });
});

describe("recorded numbers", () => {
  const engine = useEngine();

  it("are those that the kernels compute, and the sums that made them", async () => {
    const now = await recordLessons(engine());
    const { numbers, explanations } = recorded;
    expect(Object.keys(numbers)).toEqual(Object.keys(now.numbers));
    for (const [name, values] of Object.entries(now.numbers))
      for (const [result, computed] of Object.entries(values)) {
        const kept = (numbers as unknown as typeof now.numbers)[name as keyof typeof now.numbers][result]!;
        for (const [i, value] of computed.entries()) expect(kept[i]).toBeCloseTo(value, 5); // exp and sqrt differ between GPUs
      }
    expect(Object.keys(explanations)).toEqual(Object.keys(now.explanations));
    for (const { parts } of handLessons)
      for (const { example, asks } of parts) expect(recordedAnswer(example, asks)).toBeDefined();
  });
});

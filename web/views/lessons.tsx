/** @file Lessons: a number is predicted first and then seen, with the sum or the run that it is from. */
import { useEffect } from "preact/hooks";
import { type HandLesson, type LessonEntry, lessonOf, lessons, partCount } from "../lessons/list.ts";
import { lessonTexts, openLessons } from "../lessons/state.ts";
import type { LessonTexts } from "../lessons/texts.ts";
import { go, place, texts } from "../page.ts";
import { HandPartView } from "../parts/hand-part.tsx";
import { Paragraphs } from "../parts/inline.tsx";
import { QuestionView } from "../parts/question.tsx";

export function Lessons() {
  useEffect(openLessons, []);
  const words = lessonTexts.value;
  if (!words) return <p class="empty">{texts.value.lessons.loading}</p>;
  const lesson = lessonOf(place.value.lesson)!;
  return (
    <article class="lesson">
      <Chooser words={words} lesson={lesson} />
      {lesson.kind === "hand" ? (
        <ByHand key={lesson.id} lesson={lesson} words={words} />
      ) : (
        <>
          <h2>
            {words.questions.get(lesson.id)!.title} <span class="shape">{lesson.id}</span>
          </h2>
          <QuestionView key={lesson.id} lesson={lesson} words={words} />
        </>
      )}
    </article>
  );
}

function ByHand({ lesson, words }: { readonly lesson: HandLesson; readonly words: LessonTexts }) {
  const page = words.pages.get(lesson.id)!;
  return (
    <>
      <h2>{page.title}</h2>
      <div class="prose">
        <Paragraphs of={page.paragraphs} />
      </div>
      {lesson.parts.map((part, i) => (
        <HandPartView
          key={part.id}
          lesson={lesson.id}
          part={part}
          page={page}
          number={i + 1}
          isCurrent={i + 1 === place.value.part}
        />
      ))}
    </>
  );
}

function titleOf({ id, kind }: LessonEntry, words: LessonTexts): string {
  return kind === "hand" ? words.pages.get(id)!.title : `${id}: ${words.questions.get(id)!.title}`;
}

/** Groups of the list: the lessons by hand, then the chapters of the assignment. */
function groupsOf(words: LessonTexts): ReadonlyMap<string, readonly LessonEntry[]> {
  const groups = new Map<string, LessonEntry[]>();
  for (const lesson of lessons) {
    const { id, kind } = lesson;
    const group = kind === "hand" ? texts.value.lessons.byHand : words.questions.get(id)!.chapter;
    groups.set(group, [...(groups.get(group) ?? []), lesson]);
  }
  return groups;
}

/** Which lesson and which part of it; backwards and forwards through all of them. */
function Chooser({ words, lesson }: { readonly words: LessonTexts; readonly lesson: LessonEntry }) {
  const text = texts.value.lessons;
  const { part } = place.value;
  const parts = partCount(lesson);
  const index = lessons.indexOf(lesson);
  const before = lessons[index - 1];
  const after = lessons[index + 1];
  const back = () =>
    part > 1 ? go({ part: part - 1 }) : before && go({ lesson: before.id, part: partCount(before) });
  const on = () => (part < parts ? go({ part: part + 1 }) : after && go({ lesson: after.id, part: 1 }));
  return (
    <nav class="chooser" aria-label={text.lesson}>
      <select
        aria-label={text.lesson}
        value={lesson.id}
        onChange={({ currentTarget }) => go({ lesson: currentTarget.value, part: 1 })}
      >
        {[...groupsOf(words)].map(([group, entries]) => (
          <optgroup key={group} label={group}>
            {entries.map((entry) => (
              <option key={entry.id} value={entry.id}>
                {titleOf(entry, words)}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
      <button type="button" disabled={part === 1 && !before} onClick={back}>
        {texts.value.back}
      </button>
      <span class="quiet">{parts > 1 && text.partOf(part, parts)}</span>
      <button type="button" disabled={part === parts && !after} onClick={on}>
        {texts.value.forward}
      </button>
      <button type="button" onClick={() => print()}>
        {text.print}
      </button>
    </nav>
  );
}

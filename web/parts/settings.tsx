/** @file What every page has: its language, and whether it is light or dark. */
import { useSignal } from "@preact/signals";
import { languages } from "../address.ts";
import { go, place, texts } from "../page.ts";

export function LanguageChoice() {
  const text = texts.value;
  const { language } = place.value;
  return (
    <select
      aria-label={text.language}
      value={language}
      onChange={({ currentTarget }) => go({ language: currentTarget.value === "es" ? "es" : "en" })}
    >
      {languages.map((name) => (
        <option key={name} value={name}>
          {{ en: "English", es: "Español" }[name]}
        </option>
      ))}
    </select>
  );
}

export function Theme() {
  const text = texts.value;
  const theme = useSignal("system");
  const choose = (name: string) => {
    theme.value = name;
    if (name === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = name;
  };
  return (
    <select
      aria-label={text.theme}
      value={theme.value}
      onChange={({ currentTarget }) => choose(currentTarget.value)}
    >
      {(["system", "light", "dark"] as const).map((name) => (
        <option key={name} value={name}>
          {text.themes[name]}
        </option>
      ))}
    </select>
  );
}

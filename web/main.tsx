/** @file The page. */
import "./sound-language.ts";
import { render } from "preact";
import { themeVariables } from "../report/palette.ts";
import { App } from "./app.tsx";
import { rememberTrainings } from "./kernels.ts";
import { begin, follow } from "./page.ts";
import "./styles/page.css";
import "./styles/draw.css";
import "./styles/race.css";
import "./styles/lessons.css";
import "./styles/print.css";
import "./styles/kernels.css";
import "./styles/ladder.css";
import "./styles/break.css";
import "./styles/network.css";
import "uplot/dist/uPlot.min.css";

const colors = document.createElement("style");
colors.textContent =
  `:root { ${themeVariables("light")} color-scheme: light; } ` +
  `@media screen and (prefers-color-scheme: dark) { :root:not([data-theme="light"]) { ${themeVariables("dark")} color-scheme: dark; } } ` +
  `@media screen { :root[data-theme="dark"] { ${themeVariables("dark")} color-scheme: dark; } }`;
document.head.append(colors);

render(<App />, document.getElementById("lab")!);
follow();
if ("gpu" in navigator) {
  rememberTrainings();
  void begin();
}

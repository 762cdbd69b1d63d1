/** @file The page. */
import "./sound-language.ts";
import { render } from "preact";
import { themeVariables } from "../report/palette.ts";
import { App } from "./app.tsx";
import { begin } from "./page.ts";
import "./styles/page.css";
import "./styles/draw.css";
import "./styles/race.css";
import "./styles/break.css";
import "./styles/network.css";
import "uplot/dist/uPlot.min.css";

const colors = document.createElement("style");
colors.textContent =
  `:root { ${themeVariables("light")} color-scheme: light; } ` +
  `@media (prefers-color-scheme: dark) { :root:not([data-theme="light"]) { ${themeVariables("dark")} color-scheme: dark; } } ` +
  `:root[data-theme="dark"] { ${themeVariables("dark")} color-scheme: dark; }`;
document.head.append(colors);

render(<App />, document.getElementById("lab")!);
if ("gpu" in navigator) void begin();

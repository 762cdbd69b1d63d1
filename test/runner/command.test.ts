/** @file Commands as they were called: by npm run, by npx, by their name. */
import { describe, expect, it } from "vitest";
import { command, typedName } from "../../runner/command.ts";

describe("a command in a message", () => {
  const script = { npm_lifecycle_script: "node cli/wgrad.mjs train", npm_command: "run-script" };
  it.each([
    ["npm run", script, "npm run train -- svhn-c --resume", "npm run list"],
    [
      "npx",
      { npm_command: "exec", npm_lifecycle_script: "wgrad" },
      "npx wgrad train svhn-c --resume",
      "npx wgrad list",
    ],
    [
      "a script of another project",
      { ...script, npm_lifecycle_script: "wgrad train x" },
      "npx wgrad train svhn-c --resume",
      "npx wgrad list",
    ],
    ["its name", {}, "wgrad train svhn-c --resume", "wgrad list"],
  ])("called by %s", (_, environment, withWords, without) => {
    expect(command("train", "svhn-c --resume", environment)).toBe(withWords);
    expect(command("list", "", environment)).toBe(without);
  });

  it("names the file of an experiment of one's own, as a shell takes it", () => {
    expect(typedName({ id: "a" })).toBe("a");
    expect(typedName({ id: "a", file: { path: `${process.cwd()}/b/a.ts` } })).toBe("./b/a.ts");
    expect(typedName({ id: "a", file: { path: "/else where/a.ts" } })).toBe("'/else where/a.ts'");
  });
});

/** @file The editor itself, CodeMirror: loaded when somebody opens a kernel. */
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, lintGutter, setDiagnostics } from "@codemirror/lint";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { CompilerMessage } from "../../lessons/properties/messages.ts";
import { wgsl } from "./wgsl-language.ts";

/** Colours of the page's palette, which follow its theme. */
const colors = HighlightStyle.define([
  { tag: tags.comment, color: "var(--muted)" },
  { tag: tags.keyword, color: "var(--training)" },
  { tag: tags.typeName, color: "var(--fifth)" },
  { tag: [tags.number, tags.constant(tags.variableName)], color: "var(--validation)" },
  { tag: tags.meta, color: "var(--test)" },
  { tag: tags.function(tags.variableName), color: "var(--ink)", fontWeight: "600" },
]);

export interface Editor {
  /** replaces what stands there, unless it is that already */
  setText(text: string): void;
  setMessages(messages: readonly CompilerMessage[]): void;
  /** moves the cursor to the begin of a line */
  goTo(line: number): void;
  destroy(): void;
}

/** Tab leaves the editor, as it leaves other fields: it is no trap for those who use the keyboard. */
export function openEditor(
  parent: HTMLElement,
  label: string,
  text: string,
  onChange: (text: string) => void,
): Editor {
  const state = EditorState.create({
    doc: text,
    extensions: [
      lineNumbers(),
      history(),
      drawSelection(),
      highlightActiveLine(),
      bracketMatching(),
      indentUnit.of("  "),
      lintGutter(),
      wgsl,
      syntaxHighlighting(colors),
      keymap.of([...defaultKeymap, ...historyKeymap]),
      EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", tabindex: "0" }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) onChange(update.state.doc.toString());
      }),
    ],
  });
  const view = new EditorView({ state, parent });
  return {
    setText: (wanted) => {
      const { doc } = view.state;
      if (doc.toString() !== wanted)
        view.dispatch({ changes: { from: 0, to: doc.length, insert: wanted }, selection: { anchor: 0 } });
    },
    setMessages: (messages) => view.dispatch(setDiagnostics(view.state, messages.map(diagnosticIn(view)))),
    goTo: (line) => {
      const { from } = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
      view.dispatch({
        selection: { anchor: from },
        effects: EditorView.scrollIntoView(from, { y: "center" }),
      });
      view.focus();
    },
    destroy: () => view.destroy(),
  };
}

const diagnosticIn =
  (view: EditorView) =>
  ({ type, line, column, length, message }: CompilerMessage): Diagnostic => {
    const { doc } = view.state;
    const { from, to } = doc.line(Math.min(Math.max(line, 1), doc.lines));
    const start = Math.min(from + Math.max(column - 1, 0), to);
    return { from: start, to: Math.min(start + length, doc.length), severity: type, message };
  };

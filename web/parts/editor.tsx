/** @file An editor for WGSL. */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { CompilerMessage } from "../../lessons/properties/messages.ts";
import { texts } from "../page.ts";
import type { Editor } from "./code-mirror.ts";

interface Props {
  readonly label: string;
  readonly text: string;
  readonly messages: readonly CompilerMessage[];
  readonly onChange: (text: string) => void;
  /** gets a function that moves the cursor to a line */
  readonly jump: { current: ((line: number) => void) | undefined };
}

export function CodeEditor({ label, text, messages, onChange, jump }: Props) {
  const parent = useRef<HTMLDivElement>(null);
  const editor = useSignal<Editor | undefined>(undefined);
  const latest = useRef({ text, onChange });
  latest.current = { text, onChange };
  useEffect(() => {
    let isGone = false;
    void import("./code-mirror.ts").then(({ openEditor }) => {
      if (isGone) return;
      const opened = openEditor(parent.current!, label, latest.current.text, (written) =>
        latest.current.onChange(written),
      );
      editor.value = opened;
      jump.current = opened.goTo;
    });
    return () => {
      isGone = true;
      editor.value?.destroy();
      editor.value = jump.current = undefined;
    };
  }, [label]);
  useEffect(() => editor.value?.setText(text), [text, editor.value]);
  useEffect(() => editor.value?.setMessages(messages), [messages, editor.value]);
  return (
    <div class="editor" ref={parent}>
      {!editor.value && <p class="quiet">{texts.value.loadingEditor}</p>}
    </div>
  );
}

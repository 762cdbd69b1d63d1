/** @file A paragraph of a lesson: text, and code between backticks. */
export function Inline({ text }: { readonly text: string }) {
  return (
    <>
      {text.split("`").map((piece, i) => (i % 2 === 0 ? piece : <code key={`${i} ${piece}`}>{piece}</code>))}
    </>
  );
}

export function Paragraphs({ of }: { readonly of: readonly string[] }) {
  return (
    <>
      {of.map((paragraph) => (
        <p key={paragraph}>
          <Inline text={paragraph} />
        </p>
      ))}
    </>
  );
}

/** @file All Markdown of the lessons in Spanish, by file name: their own, and the book's, which has the assignment's questions. */
export const own = import.meta.glob<string>("./text/es/*.md", {
  query: "?raw",
  import: "default",
  eager: true,
});
export const book = import.meta.glob<string>("../../report/book/text/es/*.md", {
  query: "?raw",
  import: "default",
  eager: true,
});

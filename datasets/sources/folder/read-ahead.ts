/** @file Reading that runs ahead of the one who takes what was read. */

/** What `read` gives for each item, in their order; of every item `ahead` others behind it are being read already. */
export async function* readAhead<Item, Result>(
  items: Iterable<Item>,
  ahead: (item: Item) => number,
  read: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
  const running: Promise<Result>[] = [];
  for (const item of items) {
    const result = read(item);
    result.catch(() => {}); // told when its turn comes; nobody asks for it if the taker stops before
    running.push(result);
    while (running.length > ahead(item)) yield await running.shift()!;
  }
  while (running.length > 0) yield await running.shift()!;
}

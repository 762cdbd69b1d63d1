/** @file Several owners of GPU memory made one after the other: if one cannot be made, the others are freed. */

/** What owns memory until it is disposed of. */
interface Owner {
  dispose(): void;
}

/** Runs `make`, which hands whatever it makes to `own`. If it throws, all of that is disposed of. */
export function allOrNone<R>(make: (own: <O extends Owner>(owner: O) => O) => R): R {
  const made: Owner[] = [];
  const own = <O extends Owner>(owner: O): O => {
    made.push(owner);
    return owner;
  };
  try {
    return make(own);
  } catch (error) {
    for (const owner of made) owner.dispose();
    throw error;
  }
}

/** @file How many random cases a property test runs: WGRAD_PROPERTY_RUNS, else a number that keeps `npm test` short. */
export const properties = { numRuns: Number(process.env.WGRAD_PROPERTY_RUNS ?? 12), endOnFailure: false };

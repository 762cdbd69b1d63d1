/** @file Tuning profiles: which recipe was fastest on an adapter, by class of problem. Written by bench/tune, committed. */
import googleSwiftShader from "./profiles/google-swiftshader.json" with { type: "json" };
import mesaSoftware from "./profiles/mesa-software.json" with { type: "json" };

/** Recipes by class of problem; what is not in it takes the defaults of the adapter's class. */
export interface TuningProfile {
  /** the adapter's key */
  readonly adapter: string;
  /** how and when it was measured */
  readonly measured: Readonly<Record<string, string | number | null>>;
  readonly products: Readonly<Record<string, string>>;
  readonly convolutions: Readonly<Record<string, string>>;
}

const profiles: Readonly<Record<string, TuningProfile>> = Object.fromEntries(
  [googleSwiftShader, mesaSoftware].map((profile) => [profile.adapter, profile]),
);

/** The profile of an adapter, by its key. */
export function profileOf(key: string | undefined): TuningProfile | undefined {
  return key !== undefined && Object.hasOwn(profiles, key) ? profiles[key] : undefined;
}

/** Sizes that share a recipe: the next power of two. */
export function sizeBucket(size: number): number {
  return 2 ** Math.ceil(Math.log2(size));
}

/** @file Rows and results of benchmarks that nobody ran. */
import type { BenchResult } from "../../runner/speed/result.ts";
import type { Row } from "../../runner/speed/row.ts";

/** A step of mlp:25 whose runs took `ms` (median, min, max). */
export function sampleRow(ms: readonly [number, number, number], more: Partial<Row> = {}): Row {
  const [median, min, max] = ms;
  return {
    suite: "steps",
    workload: "mlp",
    batch: 25,
    variant: "replay",
    ms: { median, min, max },
    runs: 5,
    images_per_s: 25_000 / median,
    gflops: 4,
    gbytes_per_s: 2,
    ceiling_fraction: 0.5,
    dispatches: 16,
    ...more,
  };
}

export function sampleResult(rows: readonly Row[]): BenchResult {
  return {
    adapter: { key: "test-adapter", device: "device", description: "an adapter" },
    versions: { wgrad: "0.1.0" },
    commit: null,
    ceilings: {
      f32GigaFlops: 40,
      kernelGigabytes: 4,
      copyGigabytes: 10,
      launchMicroseconds: 20,
      encodeMicroseconds: 3,
      submitMicroseconds: 150,
    },
    rows: [...rows],
  };
}

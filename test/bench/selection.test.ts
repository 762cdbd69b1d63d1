import { describe, expect, it } from "vitest";
import { isOf, selectJobs } from "../../bench/selection.ts";
import { workloads } from "../../bench/workloads.ts";
import { sampleRow } from "./sample-rows.ts";

describe("selectJobs", () => {
  it("has every workload of the contract by default", () => {
    const names = new Set(selectJobs("steps", undefined).map(({ workload }) => workload));
    // architecture.md, Benchmarks
    const contract = "svhn-c cifar10-b cifar10-e cifar25-bn cifar100-cnn mlp ae32 deep-ae conv-ae";
    expect([...names]).toEqual(contract.split(" "));
    const kernels = selectJobs("kernels", undefined).map(({ workload }) => workload);
    expect(kernels).toEqual(expect.arrayContaining(["mm512", "mm1024", "mm2048"]));
    expect(selectJobs("all", undefined)).toHaveLength(kernels.length + selectJobs("steps", undefined).length);
    expect(selectJobs("ceilings", undefined)).toEqual([]);
  });

  it("takes batch sizes, else those of the workload", () => {
    expect(selectJobs("all", "mlp:7,mlp:9,mm512")).toEqual([
      { suite: "kernels", workload: "mm512" },
      { suite: "steps", workload: "mlp", batch: 7 },
      { suite: "steps", workload: "mlp", batch: 9 },
    ]);
    expect(selectJobs("steps", "mlp").map((job) => "batch" in job && job.batch)).toEqual(
      workloads.mlp!.batches,
    );
  });

  it("takes another number of queries for the search for neighbours", () => {
    // issue 6: 10,000 queries
    expect(selectJobs("kernels", "knn")).toEqual([{ suite: "kernels", workload: "knn", batch: 10_000 }]);
    const jobs = selectJobs("all", "knn:500");
    expect(jobs).toEqual([{ suite: "kernels", workload: "knn", batch: 500 }]);
    const row = sampleRow([1, 1, 1], { suite: "kernels", workload: "knn", batch: 500 });
    expect(isOf(jobs, row)).toBe(true);
    expect(isOf(jobs, { ...row, batch: 10_000 })).toBe(false);
  });

  it("refuses what it does not know", () => {
    expect(() => selectJobs("step", undefined)).toThrow('unknown suite "step". One of ceilings');
    expect(() => selectJobs("steps", "mpl")).toThrow('no workload "mpl", did you mean "mlp"?');
    expect(() => selectJobs("steps", "mlp:0.5")).toThrow("no valid batch size");
  });
});

it("isOf: rows that were not asked for are not missing", () => {
  const jobs = selectJobs("steps", "mlp:25");
  expect(isOf(jobs, sampleRow([1, 1, 1]))).toBe(true);
  expect(isOf(jobs, sampleRow([1, 1, 1], { batch: 100 }))).toBe(false);
  expect(isOf(jobs, sampleRow([1, 1, 1], { suite: "kernels" }))).toBe(false);
});

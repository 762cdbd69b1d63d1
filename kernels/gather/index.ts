/** @file Data sets on the GPU and the batches made of them. */
export { type GatherOptions, gatherLabels, gatherSamples } from "./gather-batch.ts";
export { type BatchOptions, GpuDataset, type HostDataset } from "./gpu-dataset.ts";
export { SampleStore, type SampleStoreOptions } from "./sample-store.ts";

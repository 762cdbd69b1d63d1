/** @file Data sets on the GPU and the batches made of them. */
export { type GatherOptions, gatherLabels, gatherSamples } from "./gather-batch.ts";
export { type BatchOptions, GpuDataset } from "./gpu-dataset.ts";
export { checkDataset, type HostDataset } from "./host-dataset.ts";
export { classLabels, type LabelOfSample, largestLabel } from "./labels.ts";
export { type NotFinite, requireNone, samplesNotFinite } from "./not-finite.ts";
export { SampleStore, type SampleStoreOptions, type StoredValues, storedValues } from "./sample-store.ts";

/** @file The same in a worker. */
import { firstPart, secondPart } from "./journeys.ts";

self.onmessage = async ({ data }: MessageEvent<string>) => {
  try {
    self.postMessage(await (data === "first" ? firstPart("worker") : secondPart("worker")));
  } catch (error) {
    self.postMessage({ problems: [String((error as Error).stack)] });
  }
};

/** @file The page: goes through the journeys, in itself and in a worker, loads itself again, goes on, and reports. */
import { type Findings, firstPart, secondPart } from "./journeys.ts";

function inWorker(part: string): Promise<Partial<Findings>> {
  const worker = new Worker("/worker.js", { type: "module" });
  return new Promise((resolve) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => resolve({ problems: [`worker: ${message}`] });
    worker.postMessage(part);
  });
}

const report = (findings: unknown) => fetch("/report", { method: "POST", body: JSON.stringify(findings) });

async function go(): Promise<void> {
  const before = sessionStorage.getItem("findings");
  if (before === null) {
    const findings = [await firstPart("page"), await inWorker("first")];
    sessionStorage.setItem("findings", JSON.stringify(findings));
    location.reload();
    return;
  }
  const [page, worker] = JSON.parse(before) as Partial<Findings>[];
  const later = [await secondPart("page"), await inWorker("second")];
  const join = (first: Partial<Findings>, second: Partial<Findings>) => {
    return { ...first, ...second, problems: [...(first.problems ?? []), ...(second.problems ?? [])] };
  };
  await report([join(page!, later[0]!), join(worker!, later[1]!)]);
}

go().catch((error: Error) => report([{ problems: [`${error.stack}`] }]));

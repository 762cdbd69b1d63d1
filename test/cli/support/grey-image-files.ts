/** @file The four files of MNIST or Fashion-MNIST with a few synthetic images. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadDataset } from "../../../datasets/sources/load-dataset.ts";
import { idxFile } from "../../datasets/support/idx-writer.ts";

/** 60 + 20 images in the data folder `data`. */
export async function writeGreyImages(data: string, id: "mnist" | "fashion-mnist"): Promise<void> {
  const counts = {
    syntheticCounts: { train: 60, test: 20 },
    allowDownload: false,
    data: join(data, "nothing"),
  };
  const set = await loadDataset(id, counts);
  mkdirSync(join(data, id), { recursive: true });
  for (const [name, part] of [
    ["train", set.train],
    ["t10k", set.test],
  ] as const) {
    const { images, labels, count } = part;
    writeFileSync(join(data, id, `${name}-images-idx3-ubyte.gz`), idxFile([count, 28, 28], images));
    writeFileSync(join(data, id, `${name}-labels-idx1-ubyte.gz`), idxFile([count], labels));
  }
}

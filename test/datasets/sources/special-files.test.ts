/** @file What is no file to read from: pipes, devices, folders, sockets, files of /proc, and files nobody may read. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type DatasetId, loadDataset } from "../../../datasets/sources/load-dataset.ts";
import { FileError } from "../../../engine/errors.ts";
import { cifar10Files } from "../support/cifar-files.ts";
import { tarGz } from "../support/tar-writer.ts";
import { useTemporaryFolder } from "../support/temporary-folder.ts";

const folder = useTemporaryFolder();
const load = (id: DatasetId) => loadDataset(id, { data: folder(), allowDownload: false });

/** One file of each format, which the tests put something else in place of. */
const places: readonly (readonly [DatasetId, string, string])[] = [
  ["mnist", "mnist", "train-labels-idx1-ubyte.gz"],
  ["cifar10", "cifar-10-batches-bin", "data_batch_1.bin"],
  ["svhn", "svhn", "train_32x32.mat"],
];

/** All files of the three data sets. The first of each that is read is the one of `places`. */
function writeOthers(): void {
  const names: Record<string, string[]> = {
    mnist: ["train-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"],
    "cifar-10-batches-bin": [...cifar10Files().keys()].slice(1),
    svhn: ["test_32x32.mat"],
  };
  for (const [place, files] of Object.entries(names)) {
    mkdirSync(join(folder(), place), { recursive: true });
    for (const name of files) writeFileSync(join(folder(), place, name), "never read");
  }
}

async function refusal(id: DatasetId): Promise<string> {
  const error = await load(id).then(
    () => expect.fail("should have failed"),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(FileError);
  return (error as FileError).message;
}

const onLinux = process.platform === "linux";

describe.skipIf(!onLinux).each(places)("%s", (id, place, name) => {
  it.each<[string, (path: string) => unknown, string]>([
    ["a pipe", (path) => spawnSync("mkfifo", [path]), "it is a pipe, not a regular file"],
    ["an endless device", (path) => symlinkSync("/dev/zero", path), "it is a device, not a regular file"],
    ["an empty device", (path) => symlinkSync("/dev/null", path), "it is a device, not a regular file"],
    ["a file of /proc", (path) => symlinkSync("/proc/self/environ", path), "the file is empty"],
    ["one that waits", (path) => symlinkSync("/proc/kmsg", path), "the file is empty"],
    ["a loop of links", (path) => symlinkSync(path, path), "ELOOP"],
  ])("%s is refused by name, and nothing waits for it", async (_, make, reason) => {
    writeOthers();
    const path = join(folder(), place, name);
    make(path);
    const message = await refusal(id);
    expect(message).toContain(reason);
    expect(message).toContain(path);
  });

  it("a socket", async () => {
    writeOthers();
    const path = join(folder(), place, name);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    expect(await refusal(id)).toMatch(
      /cannot read .*: it is a pipe, a socket, or a device that is not there \(ENXIO\)/,
    );
    await new Promise((resolve) => server.close(resolve));
  });

  it("a folder without the file in it", async () => {
    writeOthers();
    mkdirSync(join(folder(), place, name));
    expect(await refusal(id)).toContain(`${name} of`);
  });

  it.skipIf(process.getuid?.() === 0)("one without permission", async () => {
    writeOthers();
    const path = join(folder(), place, name);
    writeFileSync(path, "x");
    chmodSync(path, 0);
    expect(await refusal(id)).toBe(`cannot read ${path}: permission denied (EACCES).`);
    chmodSync(join(folder(), place), 0);
    expect(await refusal(id)).toContain(`cannot read ${join(folder(), place)}`);
    chmodSync(join(folder(), place), 0o700);
  });
});

describe.skipIf(!onLinux)("other places of the data folder", () => {
  const archive = tarGz(
    [...cifar10Files()].map(([name, bytes]) => ({ name: `cifar-10-batches-bin/${name}`, bytes })),
  );

  it("a pipe in place of the archive, of what is unpacked, and of the list of sums", async () => {
    const path = join(folder(), "cifar-10-binary.tar.gz");
    spawnSync("mkfifo", [path]);
    expect(await refusal("cifar10")).toContain(`cannot read ${path}: it is a pipe`);
    rmSync(path);
    writeFileSync(path, archive);
    const place = join(folder(), "cifar-10-batches-bin");
    mkdirSync(place, { recursive: true });
    spawnSync("mkfifo", [join(place, "data_batch_1.bin.part")]);
    expect(await refusal("cifar10")).toMatch(/cannot write .*data_batch_1\.bin\.part: it is a pipe/);
    await load("cifar10"); // the failed attempt took it away
    spawnSync("mkfifo", [join(place, "official.md5")]);
    expect(await refusal("cifar10")).toMatch(/cannot read .*official\.md5: it is a pipe/);
  });

  it("what has nothing to do with the data set is not looked at", async () => {
    symlinkSync("loop", join(folder(), "loop"));
    writeFileSync(join(folder(), "cifar-10-binary.tar.gz"), archive);
    expect(await load("cifar10")).toMatchObject({ origin: "other" });
  });
});

describe.skipIf(!onLinux)("descriptors", () => {
  it("are given back, whether a file is read or refused", async () => {
    const open = () => readdirSync("/proc/self/fd").length;
    const place = join(folder(), "cifar-10-batches-bin");
    mkdirSync(place);
    for (const [name, bytes] of cifar10Files()) writeFileSync(join(place, name), bytes);
    await load("cifar10");
    const before = open();
    for (let i = 0; i < 5; i++) await load("cifar10");
    writeFileSync(join(place, "test_batch.bin"), "cut short");
    for (let i = 0; i < 5; i++) await refusal("cifar10");
    await new Promise((resolve) => setImmediate(resolve));
    expect(open()).toBeLessThan(before + 5);
  });
});

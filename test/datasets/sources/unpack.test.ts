import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { cifar10 } from "../../../datasets/sources/cifar.ts";
import { type LoadOptions, obtainDataset } from "../../../datasets/sources/obtain.ts";
import { unpackTar } from "../../../datasets/sources/unpack.ts";
import { FileError } from "../../../engine/errors.ts";
import { cifar10Files } from "../support/cifar-files.ts";
import { useFileServers } from "../support/file-server.ts";
import { type TarEntry, tarGz } from "../support/tar-writer.ts";
import { useTemporaryFolder } from "../support/temporary-folder.ts";

const folder = useTemporaryFolder();
const serve = useFileServers();

const files = cifar10Files();
const names = [...files.keys()];
const name = "cifar-10-batches-bin";
const entries: TarEntry[] = [
  { name: `${name}/`, type: "5" },
  { name: `${name}/readme.html`, bytes: Buffer.from("<html>") },
  ...[...files].map(([file, bytes]) => ({ name: `${name}/${file}`, bytes })),
];
const archive = tarGz(entries);
const md5 = (bytes: Buffer) => createHash("md5").update(bytes).digest("hex");

const archivePath = () => join(folder(), "cifar-10-binary.tar.gz");
const target = () => join(folder(), name);

function unpack(bytes: Buffer, wanted: readonly string[] = names): Promise<void> {
  writeFileSync(archivePath(), bytes);
  return unpackTar(archivePath(), target(), wanted);
}

async function failure(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => expect.fail("should have failed"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof FileError)) throw error;
  return error.message;
}

function expectFiles(wanted: readonly string[]): void {
  expect(readdirSync(target()).sort()).toEqual([...wanted].sort());
  for (const file of wanted) expect(readFileSync(join(target(), file)).equals(files.get(file)!)).toBe(true);
}

describe("unpackTar", () => {
  it("unpacks the files asked for and nothing else", async () => {
    await unpack(archive);
    expectFiles(names);
  });

  it("leaves files alone that are there and not asked for", async () => {
    mkdirSync(target());
    writeFileSync(join(target(), names[0]!), "mine");
    await unpack(archive, names.slice(1));
    expect(readFileSync(join(target(), names[0]!), "utf8")).toBe("mine");
  });

  it("takes names with ./ and with the prefix field", async () => {
    const [first, second] = names as [string, string];
    await unpack(
      tarGz([
        { name: `./${name}/${first}`, bytes: files.get(first)! },
        { name: second, prefix: name, bytes: files.get(second)! },
      ]),
      [first, second],
    );
    expectFiles([first, second]);
  });

  it("writes nothing outside of the folder, and follows no link of the archive", async () => {
    const evil = Buffer.from("evil");
    const [first] = names as [string];
    const hostile: TarEntry[] = [
      { name: `../${first}`, bytes: evil },
      { name: `${name}/../../${first}`, bytes: evil },
      { name: join(folder(), first), bytes: evil },
      { name: `other/${first}`, bytes: evil },
      { name: `${name}/${first}`, type: "2" },
    ];
    const message = await failure(unpack(tarGz(hostile), [first]));
    expect(message).toContain(`${name}/${first} is not in the archive`);
    expect(readdirSync(folder()).sort()).toEqual([name, "cifar-10-binary.tar.gz"]);
    expect(readdirSync(target())).toEqual([]);
  });

  const tar = gunzipSync(archive);
  const flipped = Buffer.from(archive);
  flipped[archive.length - 6]! ^= 1; // in the checksum of the gzip stream
  const spoiled = Buffer.from(tar);
  spoiled[512 + 124] = 0x39; // the second header's size
  it.each<[string, Buffer, RegExp]>([
    [
      "cut short",
      archive.subarray(0, archive.length - 2000),
      /cifar-10-binary\.tar\.gz: truncated, the gzip stream has no end/,
    ],
    [
      "cut short before packing",
      gzipSync(tar.subarray(0, 20000)),
      /damaged, what is packed in it ends after/,
    ],
    ["neither gzip nor tar", Buffer.from("<html>".repeat(200)), /not a tar archive, or a damaged one/],
    ["of a wrong checksum", flipped, /damaged or not a gzip file \(incorrect data check\)/],
    ["no tar inside", gzipSync(Buffer.alloc(5000, 7)), /not a tar archive, or a damaged one/],
    ["a damaged header", gzipSync(spoiled), /not a tar archive, or a damaged one/],
    ["empty", Buffer.alloc(0), /the file is empty/],
    [
      "that claims petabytes",
      tarGz([{ name: `${name}/${names[0]}`, bytes: Buffer.alloc(0), size: "77777777777777" }]),
      /cifar-10-binary\.tar\.gz: not a tar archive|holds more than 2 GB/,
    ],
    [
      "that claims 4 GB",
      tarGz([{ name: `${name}/other`, size: "40000000000" }, ...entries]),
      /cifar-10-binary\.tar\.gz: holds more than 2 GB, ten times as much as the official one/,
    ],
    [
      "with a file twice",
      tarGz([...entries, entries[3]!]),
      /it has cifar-10-batches-bin\/data_batch_2\.bin twice/,
    ],
    ["without one of the files", tarGz(entries.slice(0, -1)), /test_batch\.bin is not in the archive/],
  ])("an archive %s: an error, and no file", async (_, bytes, message) => {
    expect(await failure(unpack(bytes))).toMatch(message);
    expect(readdirSync(target())).toEqual([]);
  });

  it.skipIf(!existsSync("/dev/full"))(
    "a full disk: an error, what is there stays, nothing half-written",
    async () => {
      mkdirSync(target());
      writeFileSync(join(target(), names[0]!), files.get(names[0]!)!);
      symlinkSync("/dev/full", join(target(), `${names[2]}.part`)); // every write to it finds no space
      const message = await failure(unpack(archive, names.slice(1)));
      expect(message).toMatch(/cannot write .*data_batch_3\.bin\.part: the disk is full \(ENOSPC\)/);
      expectFiles([names[0]!]);
      expect(existsSync(archivePath())).toBe(true);
    },
  );
});

describe("a data set in an archive", () => {
  const source = { ...cifar10, archive: { name: "cifar-10-binary.tar.gz", md5: md5(archive) } };
  const load = (options: LoadOptions) => obtainDataset(source, { data: folder(), ...options });

  it("is downloaded, unpacked, and known as official from then on; the archive goes", async () => {
    const { address, ranges } = await serve(archive);
    const first = await load({ address });
    expect(first).toMatchObject({ origin: "official", train: { count: 10 }, test: { count: 2 } });
    expect(readdirSync(folder())).toEqual([name]);
    expect(readdirSync(target()).sort()).toEqual([...names, "official.md5"].sort());
    expect((await load({ address })).origin).toBe("official");
    expect(ranges.length).toBe(1);
    writeFileSync(join(target(), names[1]!), files.get(names[2]!)!);
    const altered = await load({ address });
    expect(altered.origin).toBe("other");
    expect(altered.note).toMatch(
      /\(other md5\): cifar-10-batches-bin\/data_batch_2\.bin \(2 images, officially 10,000\)\. /,
    );
  });

  it("brings only what is missing", async () => {
    mkdirSync(target());
    const mine = files.get(names[3]!)!;
    writeFileSync(join(target(), names[0]!), mine);
    const { address } = await serve(archive);
    const dataset = await load({ address });
    expect(readFileSync(join(target(), names[0]!)).equals(mine)).toBe(true);
    expect(dataset.files.map(({ official }) => official)).toEqual([false, true, true, true, true, true]);
  });

  it("is unpacked from an archive that lies there, which stays", async () => {
    writeFileSync(archivePath(), archive);
    expect(await load({ allowDownload: false })).toMatchObject({ origin: "official" });
    expect(existsSync(archivePath())).toBe(true);
  });

  it("from an archive of another md5 is not called official", async () => {
    writeFileSync(archivePath(), tarGz(entries.slice(2)));
    expect(await load({ allowDownload: false })).toMatchObject({ origin: "other" });
  });

  it("goes on after a kill while unpacking", async () => {
    mkdirSync(target());
    writeFileSync(join(target(), `${names[0]}.part`), "half");
    writeFileSync(archivePath(), archive);
    expect(await load({ allowDownload: false })).toMatchObject({ origin: "official" });
    expect(readdirSync(target()).sort()).toEqual([...names, "official.md5"].sort());
  });

  it("in an archive cut short: an error, not a stand-in", async () => {
    writeFileSync(archivePath(), archive);
    truncateSync(archivePath(), archive.length - 100);
    expect(await failure(load({ allowDownload: false }))).toMatch(/truncated, the gzip stream has no end/);
  });
});

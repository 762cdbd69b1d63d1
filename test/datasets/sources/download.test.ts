import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type DownloadProgress, type DownloadRequest, download } from "../../../datasets/sources/download.ts";
import { DownloadError } from "../../../datasets/sources/http.ts";
import { FileError } from "../../../engine/errors.ts";
import { useFileServers } from "../support/file-server.ts";
import { useTemporaryFolder } from "../support/temporary-folder.ts";

const folder = useTemporaryFolder();
const serve = useFileServers();

const file = Buffer.from(Uint8Array.from({ length: 300_000 }, (_, i) => (i * i) % 253));
const md5 = createHash("md5").update(file).digest("hex");

/** What remains in the folder after a download, and the bytes that came. */
async function fetchFile(address: string, more: Partial<DownloadRequest> = {}): Promise<Buffer> {
  const path = join(folder(), "deep", "file.bin");
  await download({ address, path, md5, ...more });
  expect(readdirSync(join(folder(), "deep"))).toEqual(["file.bin"]);
  return readFileSync(path);
}

function leavePart(bytes: Uint8Array): string {
  const part = join(folder(), "deep", "file.bin.part");
  mkdirSync(join(folder(), "deep"));
  writeFileSync(part, bytes);
  return part;
}

async function failure(downloading: Promise<unknown>): Promise<FileError> {
  const error = await downloading.then(
    () => expect.fail("the download should have failed"),
    (reason: unknown) => reason,
  );
  if (!(error instanceof FileError)) throw error;
  expect(existsSync(join(folder(), "deep", "file.bin"))).toBe(false);
  return error;
}

/** toEqual takes seconds for buffers of this size. */
function expectBytes(found: Buffer, expected: Buffer): void {
  expect(found.length).toBe(expected.length);
  expect(found.equals(expected)).toBe(true);
}

const reasonOf = (error: FileError) => (error instanceof DownloadError ? error.reason : "disk");

describe("download", () => {
  it("brings the file into a folder that it makes, and tells how far it is", async () => {
    const { address } = await serve(file);
    const seen: DownloadProgress[] = [];
    expectBytes(await fetchFile(address, { onProgress: (progress) => seen.push(progress) }), file);
    expect(seen.at(-1)).toMatchObject({ file: "file.bin", received: file.length, total: file.length });
    expect(seen.at(-1)!.bytesPerSecond).toBeGreaterThan(0);
  });

  it("takes any bytes if no md5 is expected, and a server that does not say the length", async () => {
    const { address } = await serve(file, { hideLength: true });
    const path = join(folder(), "file.bin");
    await download({ address, path });
    expectBytes(readFileSync(path), file);
  });

  it("resumes where an earlier attempt ended", async () => {
    const { address, ranges } = await serve(file);
    leavePart(file.subarray(0, 123_456));
    const seen: DownloadProgress[] = [];
    expectBytes(await fetchFile(address, { onProgress: (progress) => seen.push(progress) }), file);
    expect(ranges).toEqual(["bytes=123456-"]);
    expect(seen.at(-1)).toMatchObject({ received: file.length, total: file.length });
  });

  it("only checks and renames what is whole already", async () => {
    const { address, ranges } = await serve(file);
    leavePart(file);
    expectBytes(await fetchFile(address), file);
    expect(ranges).toEqual([`bytes=${file.length}-`]);
  });

  it("begins again if the server ignores the range", async () => {
    const { address } = await serve(file, { ignoreRange: true });
    leavePart(Buffer.alloc(350_000, 7));
    expectBytes(await fetchFile(address), file);
  });

  it("begins again if more is there than the file has", async () => {
    const { address, ranges } = await serve(file);
    leavePart(Buffer.alloc(file.length + 1));
    expectBytes(await fetchFile(address), file);
    expect(ranges).toEqual([`bytes=${file.length + 1}-`, "-"]);
  });

  it("begins again if the earlier part was of another file", async () => {
    const { address, ranges } = await serve(file);
    leavePart(Buffer.alloc(1000, 255));
    expectBytes(await fetchFile(address), file);
    expect(ranges).toEqual(["bytes=1000-", "-"]);
  });

  it("goes on by itself when the connection breaks", async () => {
    const { address, ranges } = await serve(file, { cutAfter: 100_000, cutAnswers: [1, 2] });
    expectBytes(await fetchFile(address), file);
    expect(ranges.length).toBe(3);
    expect(ranges[2]).toMatch(/^bytes=[12]/); // not from the beginning
  });
});

describe("a download that fails", () => {
  it.each([
    [404, "the server has no such file (404)"],
    [503, "the server answers 503 Service Unavailable"],
  ])("status %d", async (status, message) => {
    const { address } = await serve(file, { status });
    const error = await failure(fetchFile(address));
    expect(error.message).toBe(`cannot download ${address}: ${message}.`);
    expect(reasonOf(error)).toBe("refused");
  });

  it("a login page instead of the file", async () => {
    const { address } = await serve(Buffer.from("<html>"), { contentType: "text/html; charset=utf-8" });
    const error = await failure(fetchFile(address));
    expect(error.message).toContain("a web page came instead of the file");
    expect(reasonOf(error)).toBe("refused");
  });

  it("nobody there", async () => {
    const server = await serve(file);
    await server.close();
    const error = await failure(fetchFile(server.address));
    expect(error.message).toMatch(/cannot download .*: the server refuses connections \(ECONNREFUSED\)/);
    expect(reasonOf(error)).toBe("unreachable");
  });

  it("a name that does not exist", async () => {
    // RFC 6761: names under .invalid never resolve.
    const error = await failure(fetchFile("http://wgrad.invalid/file.bin"));
    expect(reasonOf(error)).toBe("unreachable");
  });

  it("no answer in time", async () => {
    const { address } = await serve(file, { silent: true });
    const error = await failure(fetchFile(address, { connectSeconds: 0.1 }));
    expect(error.message).toBe(`cannot download ${address}: no answer within 0.1 s.`);
    expect(reasonOf(error)).toBe("unreachable");
  });

  it("silence in the middle: what came is kept", async () => {
    const { address } = await serve(file, { stallAfter: 50_000 });
    const error = await failure(fetchFile(address, { stallSeconds: 0.2 }));
    expect(error.message).toMatch(
      /broke off: nothing came for 0\.2 s\. Run the same command again to resume it/,
    );
    expect(reasonOf(error)).toBe("interrupted");
    const kept = readFileSync(join(folder(), "deep", "file.bin.part"));
    expect(kept.length).toBeGreaterThan(0);
    expectBytes(kept, file.subarray(0, kept.length));
  });

  it("a connection that breaks again and again: gives up after the third resumption, keeps what came", async () => {
    const { address, ranges } = await serve(file, { cutAfter: 10_000 });
    const error = await failure(fetchFile(address));
    expect(error.message).toMatch(/the download of .* broke off/);
    expect(reasonOf(error)).toBe("interrupted");
    expect(ranges.length).toBe(4);
    const kept = readFileSync(join(folder(), "deep", "file.bin.part"));
    expect(kept.length).toBeGreaterThan(0);
    expectBytes(kept, file.subarray(0, kept.length));
  });

  it("other bytes than expected: deleted, not taken", async () => {
    const other = Buffer.alloc(1000, 1);
    const { address } = await serve(other);
    const error = await failure(fetchFile(address));
    const found = createHash("md5").update(other).digest("hex");
    expect(error.message).toContain(`the downloaded bytes have md5 ${found}, expected ${md5}`);
    expect(reasonOf(error)).toBe("checksum");
    expect(readdirSync(join(folder(), "deep"))).toEqual([]);
  });

  it.each([
    ["and says so before", false],
    ["without saying so", true],
  ])("more bytes than any official file has, %s: stopped and deleted", async (_, hideLength) => {
    const { address, ranges } = await serve(file, { hideLength });
    const error = await failure(fetchFile(address, { mostBytes: 100_000 }));
    expect(error.message).toBe(`${address}: more than 100 kB come, so it is not the official file.`);
    expect(reasonOf(error)).toBe("checksum");
    expect(ranges.length).toBe(1);
    expect(readdirSync(join(folder(), "deep"))).toEqual([]);
  });

  it.skipIf(!existsSync("/dev/full"))("a full disk", async () => {
    const { address } = await serve(file);
    mkdirSync(join(folder(), "deep"));
    symlinkSync("/dev/full", join(folder(), "deep", "file.bin.part")); // every write to it finds no space
    const error = await failure(fetchFile(address));
    expect(error.message).toMatch(/cannot write .*file\.bin\.part: the disk is full \(ENOSPC\)/);
    expect(reasonOf(error)).toBe("disk");
  });

  it("a folder that is a file", async () => {
    const { address } = await serve(file);
    writeFileSync(join(folder(), "deep"), "");
    const error = await download({ address, path: join(folder(), "deep", "file.bin"), md5 }).catch(
      (e: Error) => e,
    );
    expect(error).toBeInstanceOf(FileError);
    expect((error as Error).message).toMatch(/cannot (read|write) .*deep.*: part of the path is a file/);
  });
});

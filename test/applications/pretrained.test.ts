import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { resnet50, squeezenet } from "../../applications/index.ts";
import { obtainPretrained, type PretrainedFile } from "../../applications/pretrained-file.ts";
import { resnet50File } from "../../applications/resnet50.ts";
import type { DownloadProgress } from "../../datasets/sources/download.ts";
import { FileError } from "../../engine/errors.ts";
import { useFileServers } from "../datasets/support/file-server.ts";
import { useTemporaryFolder } from "../datasets/support/temporary-folder.ts";

const folder = useTemporaryFolder();
const serve = useFileServers();

const bytes = Buffer.from(Uint8Array.from({ length: 200_000 }, (_, i) => (i * i) % 251));
/** Nobody listens there. */
const nowhere = "http://127.0.0.1:65530/";

function file(more: Partial<PretrainedFile> = {}): PretrainedFile {
  return {
    name: "network.h5",
    md5: createHash("md5").update(bytes).digest("hex"),
    folder: "network",
    addresses: [],
    source: "a test",
    ...more,
  };
}

const path = () => join(folder(), "network", "network.h5");
const expectWhole = () => expect(readFileSync(path()).equals(bytes)).toBe(true);

describe("a file of trained weights", () => {
  it("is downloaded once, with progress, and taken from the data folder ever after", async () => {
    const { address, ranges } = await serve(bytes);
    const seen: DownloadProgress[] = [];
    const options = { data: folder(), onProgress: (progress: DownloadProgress) => seen.push(progress) };
    expect(await obtainPretrained(file({ addresses: [address] }), options)).toBe(path());
    expectWhole();
    expect(seen.at(-1)).toMatchObject({ file: "network.h5", received: bytes.length, total: bytes.length });
    await obtainPretrained(file({ addresses: [address] }), { data: folder(), allowDownload: false });
    expect(ranges).toEqual(["-"]);
  });

  it("is taken up again where a download broke off", async () => {
    const { address, ranges } = await serve(bytes);
    mkdirSync(dirname(path()));
    writeFileSync(`${path()}.part`, bytes.subarray(0, 70_000));
    await obtainPretrained(file(), { data: folder(), address });
    expectWhole();
    expect(ranges).toEqual(["bytes=70000-"]);
  });

  it("comes from a mirror where the first address is silent", async () => {
    const { address } = await serve(bytes);
    await obtainPretrained(file({ addresses: [nowhere, address] }), { data: folder() });
    expectWhole();
  });

  it("is not there if other bytes came", async () => {
    const { address } = await serve(bytes.subarray(1));
    const asked = obtainPretrained(file({ addresses: [address] }), { data: folder() });
    await expect(asked).rejects.toThrow(/have md5 \w{32}, expected \w{32}/);
    expect(existsSync(path()) || existsSync(`${path()}.part`)).toBe(false);
  });

  it.each([
    [{}, /the server refuses connections/],
    [{ allowDownload: false }, /\(downloads are off\)/],
  ] as const)("says without network what to put where (%o)", async (options, reason) => {
    const asked = obtainPretrained(file({ addresses: [nowhere] }), { data: folder(), ...options });
    const error = await asked.then(
      () => expect.fail("there is no such file"),
      (thrown: unknown) => thrown as FileError,
    );
    expect(error).toBeInstanceOf(FileError);
    expect(error.message).toMatch(reason);
    expect(error.message).toContain(
      `Get them from ${nowhere}network.h5 and put them there as ${path()} (md5 `,
    );
  });

  it("is refused if it is another file, which stays", async () => {
    mkdirSync(dirname(path()));
    writeFileSync(path(), "something else");
    await expect(obtainPretrained(file(), { data: folder() })).rejects.toThrow(
      /it has md5 \w{32}, the file of trained/,
    );
    expect(readFileSync(path(), "utf8")).toBe("something else");
  });
});

describe("networks with trained weights", () => {
  it("know Keras's official files of ResNet-50", () => {
    // keras_applications 1.0.8: resnet50.py and resnet_common.py
    const addressOf = ({ addresses, name }: PretrainedFile) => addresses[0]! + name;
    expect(addressOf(resnet50File("keras", false))).toBe(
      "https://github.com/fchollet/deep-learning-models/releases/download/v0.2/resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5",
    );
    expect(resnet50File("keras", true).name).toBe("resnet50_weights_tf_dim_ordering_tf_kernels.h5");
    const sums = (["keras", "tf.keras"] as const).flatMap((variant) =>
      [true, false].map((includeTop) => resnet50File(variant, includeTop).md5),
    );
    expect(sums).toEqual([
      "a7b3fe01876f51b976af0dea6bc144eb",
      "a268eb855778b3df3c7506639542a6af",
      "2cb95161c43110f7111970584f804107",
      "4d473c1dd8becc155b73f8504c6f6626",
    ]);
  });

  it("say where their weights belong", async () => {
    const data = { data: folder(), allowDownload: false };
    await expect(resnet50({ includeTop: false, ...data })).rejects.toThrow(
      join(folder(), "resnet50", "resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5"),
    );
    await expect(squeezenet(data)).rejects.toThrow(
      join(folder(), "squeezenet", "squeezenet_v1.0.safetensors"),
    );
  });

  it("can be random ones", async () => {
    const network = await squeezenet({
      weights: null,
      includeTop: true,
      classes: 10,
      inputShape: [64, 64, 3],
    });
    expect(network.outputs[0]!.shape).toEqual([10]);
  });

  it("refuse what makes no sense", async () => {
    await expect(resnet50({ classes: 10 })).rejects.toThrow("has 1000 classes, not 10");
    await expect(resnet50({ pooling: "avg" })).rejects.toThrow("is for the network without its classifier");
    await expect(resnet50({ includeTop: false, weights: 3 as never })).rejects.toThrow(
      'resnet50: weights must be "imagenet", null or the path of a file, got 3.',
    );
    await expect(squeezenet({ weight: null } as never)).rejects.toThrow("Did you mean weights?");
    await expect(squeezenet({ weights: join(folder(), "none.safetensors") })).rejects.toThrow(FileError);
  });
});

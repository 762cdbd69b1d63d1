import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { images } from "../../datasets/index.ts";
import { pictureFrom } from "../../web/worker/picture-file.ts";

const shape = [32, 32, 3];

async function png(width: number, height: number): Promise<Buffer> {
  const noise = { type: "gaussian", mean: 128, sigma: 40 } as const;
  return sharp({ create: { width, height, channels: 3, background: "#336699", noise } })
    .png()
    .toBuffer();
}

const fileOf = (bytes: Uint8Array, name: string) => new File([Uint8Array.from(bytes)], name);

describe("a visitor's file", () => {
  it("becomes the bytes that predict() would see", async () => {
    const bytes = await png(75, 40);
    const expected = await images(bytes).samplesOf(shape);
    expect(await pictureFrom(fileOf(bytes, "a.png"), shape)).toEqual({ picture: expected.inputs });
  });

  it("is turned as its camera was held", async () => {
    const upright = await png(40, 60);
    const turned = await sharp(upright)
      .rotate(-90)
      .withMetadata({ orientation: 6 })
      .jpeg({ quality: 100 })
      .toBuffer();
    const applied = await images(turned, { orientation: "apply" }).samplesOf(shape);
    expect(await pictureFrom(fileOf(turned, "b.jpg"), shape)).toEqual({ picture: applied.inputs });
  });

  it("that is no image, or cut off, is said to be so", async () => {
    const text = await pictureFrom(fileOf(Buffer.from("not a picture"), "notes.png"), shape);
    expect(text).toMatchObject({ problem: "unread", message: expect.stringContaining("notes.png") });
    const empty = await pictureFrom(fileOf(new Uint8Array(0), "empty.png"), shape);
    expect(empty).toMatchObject({ problem: "unread", message: expect.stringContaining("0 bytes") });
    const cut = (await png(75, 40)).subarray(0, 600);
    expect(await pictureFrom(fileOf(cut, "cut.png"), shape)).toMatchObject({ problem: "damaged" });
  });

  it("of 40 megapixels or of too many bytes is refused before it is decoded", async () => {
    const header = (await png(8, 8)).subarray();
    header.writeUInt32BE(8000, 16);
    header.writeUInt32BE(5000, 20);
    expect(await pictureFrom(fileOf(header, "vast.png"), shape)).toEqual({
      problem: "large",
      message: "vast.png: 8000 x 5000 pixels.",
    });
    const heavy = new File([new Uint8Array(64_000_001)], "heavy.png");
    expect(await pictureFrom(heavy, shape)).toEqual({ problem: "large", message: "heavy.png: 65 MB." });
  });
});

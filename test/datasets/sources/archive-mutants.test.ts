/**
 * @file Archives of photographs that are hostile or damaged, as CUB-200's are unpacked: data or an error for people, nothing
 * written beside the folder, bounded memory. WGRAD_PROPERTY_RUNS=1000 makes 10,000 mutants.
 */
import { lstatSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { PNG } from "pngjs";
import { expect, it } from "vitest";
import { loadDataset } from "../../../datasets/sources/load-dataset.ts";
import { FileError } from "../../../engine/errors.ts";
import { properties } from "../../support/properties.ts";
import { type Draw, drawsOf, mutate } from "../support/mutate.ts";
import { type TarEntry, tarGz } from "../support/tar-writer.ts";
import { useTemporaryFolder } from "../support/temporary-folder.ts";

const folder = useTemporaryFolder();
const mutants = 10 * properties.numRuns;

const names = ["images/001.Crow/a.jpg", "images/001.Crow/b.jpg", "images/002.Jay/c.jpg"];
const picture = PNG.sync.write(new PNG({ width: 5, height: 4, fill: true }));
const honest: readonly TarEntry[] = names.map((name) => ({ name, bytes: picture }));

/** Names that lead elsewhere, or mean something to a file system. */
const outside = [
  "images/../../out/a.jpg",
  "images/001.Crow/../../../a.jpg",
  "../images/001.Crow/a.jpg",
  "/tmp/wgrad-out.jpg",
  "images//etc/a.jpg",
  "images/001.Crow/..",
  "images/../a.jpg",
  "images/001.Crow\\..\\..\\a.jpg",
  "C:/images/001.Crow/a.jpg",
  "images/C:/a.jpg",
  "images/001.Crow/a\u0000b.jpg",
  `images/${"x".repeat(90)}/a.jpg`,
  "images.part/001.Crow/a.jpg",
  "images/001.Crow/deeper/a.jpg",
  "./images/001.Crow/a.jpg",
];

/** POSIX types: old file, hard and symbolic link, devices, folder, pipe, contiguous, long name, pax. */
const types = ["\0", "1", "2", "3", "4", "5", "6", "7", "L", "K", "x", "g"];

/** Octal digits of sizes: beyond what is there, beyond 2 GB, the largest, none, no number. */
const sizes = ["1750", "17777777777", "20000000000", "77777777777", "0", "-1", "8", ""];

function hostileEntry(draw: Draw): TarEntry {
  const [name, own] = [outside[draw(outside.length)]!, names[draw(names.length)]!];
  switch (draw(5)) {
    case 0:
      return { name, bytes: picture };
    case 1:
      return { name: draw(2) ? own : name, type: types[draw(types.length)]!, bytes: picture };
    case 2:
      return { name: own, bytes: picture, size: sizes[draw(sizes.length)]! };
    case 3:
      return { name: "a.jpg", prefix: name.slice(0, 150), bytes: picture };
    default:
      return { name: own, bytes: mutate(picture, draw) };
  }
}

/** Some mutants are hostile, some damaged, some both, in the archive or in its packing. */
function mutant(draw: Draw): Buffer {
  const entries = [...honest];
  for (let i = draw(3); i > 0; i--) entries.splice(draw(entries.length + 1), draw(2), hostileEntry(draw));
  const packed = tarGz(entries);
  switch (draw(8)) {
    case 0:
      return mutate(packed, draw);
    case 1:
      return gzipSync(mutate(gunzipSync(packed), draw));
    case 2:
      return mutate(gunzipSync(packed), draw); // a .tar
    case 3:
      return Buffer.concat([packed, draw(2) ? packed : Buffer.alloc(1000)]); // another one behind it
    case 4:
      return draw(2) ? gzipSync(packed) : gzipSync(picture); // packed twice; no archive
    case 5: {
      const zip = Buffer.from(zipSync(Object.fromEntries(names.map((name) => [name, picture]))));
      return draw(2) ? zip : mutate(zip, draw);
    }
    default:
      return packed;
  }
}

/** The archive and the lists, photographs in folders of the set, and what was decoded of them. */
const allowed =
  /^data\/(cub-200\/(images\.tgz|lists\/(train|test)\.txt|images\/[^/\\:.][^/\\:]*\/[^/\\:.][^/\\:]*\.jpe?g)|image-folders\/[^/]+\.bin)$/i;

/** All that is below a folder, links not followed. */
function filesBelow(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name));
}

it(`${mutants} mutants: data or an error that names the file, and nothing beside the folder`, async () => {
  const set = join(folder(), "data", "cub-200");
  const images = join(set, "images");
  mkdirSync(join(set, "lists"), { recursive: true });
  writeFileSync(join(set, "lists", "train.txt"), "001.Crow/a.jpg\n002.Jay/c.jpg\n");
  writeFileSync(join(set, "lists", "test.txt"), "001.Crow/b.jpg\n");
  const before = process.resourceUsage().maxRSS;
  const outcomes = { data: 0, refused: 0 };
  for (let seed = 0; seed < mutants; seed++) {
    writeFileSync(join(set, "images.tgz"), mutant(drawsOf(seed)));
    const outcome = await loadDataset("cub200", {
      data: join(folder(), "data"),
      size: 4,
      allowDownload: false,
    }).catch((error: unknown) => error);
    if (outcome instanceof Error) {
      expect(outcome, `mutant ${seed}: ${outcome.stack}`).toBeInstanceOf(FileError);
      expect(outcome.message, `mutant ${seed}`).toContain(set);
      outcomes.refused++;
    } else {
      expect(outcome, `mutant ${seed}`).toMatchObject({ origin: "other", train: { count: 2 } });
      outcomes.data++;
    }
    for (const path of filesBelow(folder())) {
      expect(path.slice(folder().length + 1), `mutant ${seed}`).toMatch(allowed);
      expect(lstatSync(path).isFile(), `mutant ${seed}: ${path}`).toBe(true);
    }
    for (const path of [images, join(folder(), "data", "image-folders")])
      rmSync(path, { recursive: true, force: true });
  }
  const grown = process.resourceUsage().maxRSS - before;
  expect(grown, "kB of memory").toBeLessThan(400_000);
  expect(outcomes.refused, "else nothing was damaged").toBeGreaterThan(mutants / 5);
  expect(outcomes.data, "else nothing was unpacked").toBeGreaterThan(mutants / 10);
}, 0);

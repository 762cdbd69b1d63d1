/** @file Why the figures of a run need not be those of the source, in words. */
import type { Shortfall } from "../../runner/store/shortfall.ts";
import { formatCount, formatFixed } from "../format.ts";
import type { Language } from "../language.ts";
import { bookTexts } from "./texts.ts";

/** One phrase per reason; a sentence on what remains if there is none. */
export function reasonsOf(shortfall: Shortfall, language: Language): string[] {
  const { synthetic, otherFiles, backbone, quick, epochs, batch, train, test } = shortfall;
  const texts = bookTexts(language);
  const counted = (key: string, part: { used: number; whole: number } | undefined) =>
    part &&
    texts.say(`reasons.${key}`, {
      used: formatCount(part.used, language),
      whole: formatCount(part.whole, language),
      margin: formatFixed(uncertainty(part.used), 1, language),
    });
  const reasons = [
    synthetic ? texts.word("reasons.synthetic-images") : undefined,
    otherFiles ? texts.word("reasons.other-files") : undefined,
    backbone ? texts.word(`reasons.backbone-${backbone}`) : undefined,
    quick ? texts.word("reasons.quick-profile") : undefined,
    counted("fewer-training-images", train),
    counted("fewer-test-images", test),
    counted("fewer-epochs", epochs),
    counted("other-batch", batch),
  ].filter((reason) => reason !== undefined);
  return reasons.length > 0 ? reasons : [texts.word("reasons.whole-experiment")];
}

/** Two standard deviations of a share of so many independent images, in points, where it is largest: at one half. */
function uncertainty(images: number): number {
  return (2 * 100 * 0.5) / Math.sqrt(images);
}

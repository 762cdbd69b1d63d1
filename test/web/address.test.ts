import { describe, expect, it } from "vitest";
import { type Place, readPlace, start, writePlace } from "../../web/address.ts";

describe("what a link says of a picture", () => {
  it("comes back as it was written", () => {
    const place: Place = { ...start, view: "draw", image: 7, explained: 0, pixel: "3.31.2", value: 0 };
    expect(readPlace(writePlace(place))).toEqual({ place, problems: [] });
    expect(writePlace({ ...start, explained: undefined, value: undefined })).toBe("");
  });

  it("is left out and named where it cannot be", () => {
    const query = "?view=drawn&explained=-1&pixel=3.31.7&value=256";
    expect(readPlace(query)).toEqual({ place: start, problems: ["view", "explained", "pixel", "value"] });
    for (const value of ["", "1.5", "-0", "1e1", "NaN"])
      expect(readPlace(`?value=${value}`).problems).toEqual(["value"]);
  });
});

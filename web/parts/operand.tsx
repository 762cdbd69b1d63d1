/** @file What a launch read or wrote: the numbers as a picture, and the first of them written out. */
import { texts } from "../page.ts";
import type { OperandValues } from "../worker/protocol.ts";
import { activationGrid, filterGrid, Maps } from "./maps.tsx";
import { Shape } from "./shape.tsx";

/** Numbers that are written out, and maps that are drawn. */
const mostNumbers = 6;
const mostMaps = 32;

/** Digits that tell any two float32 numbers apart; whole numbers and words are written whole. */
const digits = 9;

export function Operand({ operand }: { readonly operand: OperandValues }) {
  const text = texts.value;
  const { name, role, side, dtype, shape, values } = operand;
  const picture = pictureOf(operand);
  const label = `${name}: ${role === "update" ? text.moments[side] : text.roles[role]}`;
  return (
    <figure class="operand">
      <figcaption>
        <code>{name}</code> <Shape shape={shape} /> {dtype === "f32" ? "" : dtype}{" "}
        {role === "update" ? text.moments[side] : text.roles[role]}
      </figcaption>
      {picture && <Maps {...picture} most={mostMaps} label={label} />}
      <p class="numbers">
        <code>
          {[...values.subarray(0, mostNumbers)]
            .map((value) => String(Number(value.toPrecision(digits))))
            .join("  ")}
          {values.length > mostNumbers ? "  …" : ""}
        </code>
      </p>
    </figure>
  );
}

/** Images and filters as maps, everything else as rows of numbers. None of a single number. */
function pictureOf({ name, dtype, kept, values }: OperandValues) {
  if (values.length < 2 || dtype === "u32") return undefined;
  const isFilters = kept.length === 4 && name.includes("filters");
  const shape = kept.length === 4 ? kept : [1, values.length];
  const tensor = { name, shape, values };
  const grid = isFilters ? filterGrid(tensor) : activationGrid(tensor);
  if (!grid) return undefined;
  const scale = Math.max(1, Math.min(6, Math.floor(96 / Math.max(grid.rows, grid.columns))));
  return { tensor, grid, scale };
}

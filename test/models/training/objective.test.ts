import { describe, expect, it } from "vitest";
import { ArgumentError } from "../../../engine/errors.ts";
import { lossNames, metricNames } from "../../../models/index.ts";
import { Objective } from "../../../models/objective/objective.ts";

const network = (units = 3) => [{ name: "dense_1", shape: [units] }];
const kinds = (loss: string, units?: number) =>
  new Objective(network(units), loss, ["accuracy"]).metrics[0]!.kind;

describe("losses and metrics by name", () => {
  it("know all of Keras's names that are listed", () => {
    for (const name of [...lossNames, "mse", "mae"])
      expect(new Objective(network(), name, []).metrics).toEqual([]);
    const all = new Objective(network(), "mse", metricNames).metrics;
    expect(all.map(({ kind }) => kind)).toEqual(metricNames);
  });

  it("choose the accuracy by the loss, as Keras does", () => {
    // assignment.md 1.4, 6: verified there in keras/engine/training.py
    expect(kinds("binary_crossentropy")).toBe("binary_accuracy");
    expect(kinds("categorical_crossentropy")).toBe("categorical_accuracy");
    expect(kinds("sparse_categorical_crossentropy")).toBe("sparse_categorical_accuracy");
    expect(kinds("mse", 1)).toBe("binary_accuracy");
    const named = { acc: "categorical_accuracy", error: "mse" };
    expect(new Objective(network(), "binary_crossentropy", named).metrics).toMatchObject([
      { name: "acc", kind: "categorical_accuracy" },
      { name: "error", kind: "mean_squared_error" },
    ]);
  });

  it("suggest the nearest name for one that does not exist", () => {
    expect(() => new Objective(network(), "categorical_crosentropy", [])).toThrow(
      /^compile: unknown loss "categorical_crosentropy", did you mean "categorical_crossentropy"\? One of /,
    );
    expect(() => new Objective(network(), "mse", ["acuracy"])).toThrow(
      /^compile: unknown metric "acuracy", did you mean "accuracy"\? One of /,
    );
    expect(() => new Objective(network(), "something else", [])).toThrow(
      /^compile: unknown loss "something else"\. One of/,
    );
    for (const name of ["constructor", "toString", ""]) {
      expect(() => new Objective(network(), name, [])).toThrow(ArgumentError);
      expect(() => new Objective(network(), "mse", [name])).toThrow(ArgumentError);
    }
  });
});

// The product of several numbers, some of them exactly 0: the first three derivatives are those of the product all the same.
import { describe, expect, test } from "vitest";
import type { Tensor } from "../../../src/ir/types/tensor.ts";
import { differentiate } from "../../../src/passes/differentiate.ts";
import { checkGradients } from "../../../src/testing/gradients/check-gradients.ts";
import { projected } from "../../../src/testing/gradients/projected.ts";
import { graphOf } from "../../passes/support.ts";
import { array } from "../../support/op-meaning.ts";

const graph = graphOf((trace) => {
  const x: Tensor = trace.input("x", { dtype: "f64", shape: [2, 4] });
  return { rows: x.prod({ axes: [1] }), all: x.prod() };
});

/** Its gradients, of which the first and the second derivative are the second and the third of products. */
const slopes = graphOf((trace) => {
  const x: Tensor = trace.input("x", { dtype: "f64", shape: [2, 4] });
  const [ofRows] = differentiate(
    x
      .prod({ axes: [1] })
      .mul(x.prod({ axes: [1] }))
      .sum(),
    [x],
  );
  const [ofAll] = differentiate(x.prod(), [x]);
  return { ofRows, ofAll };
});

const rows: readonly (readonly [string, readonly number[]])[] = [
  ["no zero", [2, -3, 0.5, 1.5]],
  ["one zero", [2, 0, 0.5, 1.5]],
  ["a zero of the other sign", [2, -0, 0.5, 1.5]],
  ["two zeros", [0, -3, 0, 1.5]],
  ["three zeros", [0, 0, 0, 1.5]],
  ["zeros alone", [0, 0, 0, 0]],
];

describe.each([
  ["first", graph, 1],
  ["second", graph, 2],
  ["third", slopes, 2],
] as const)("%s derivatives of products", (_, of, order) => {
  test.each(rows)("with %s", (_, row) => {
    for (const other of [[1, -2, 3, 0.25], row]) {
      const feeds = { x: array([2, 4], [...row, ...other]) };
      const made = projected(of, "main", { order, seed: 3 });
      expect(checkGradients(made, { feeds, parameters: {} }, { seed: 4 })).toEqual({
        mismatches: [],
        compared: 1,
        skipped: 0,
        finite: true,
      });
    }
  });
});

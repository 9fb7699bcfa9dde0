// `backendsAgree` as users call it: on descriptions of every kind, with symbols given or drawn; and, when the compiler is wrong, the
// report of the part of the graph that shows it.
import { describe, expect, test, vi } from "vitest";
import { crossEntropy, defineModel, softmax, spec, tanh, training } from "../../../src/index.ts";
import { unary } from "../../../src/ir/scalar/unary.ts";
import { modelGraph } from "../../../src/model/model.ts";
import { linear } from "../../../src/nn/index.ts";
import { adam } from "../../../src/optim/index.ts";
import { backendsAgree } from "../../../src/testing/index.ts";
import { drawnDims } from "../../../src/testing/kit/backends-agree.ts";

const classifier = defineModel({
  name: "classifier",
  params: { hidden: linear(5, 7), output: linear(7, 3) },
  inputs: { x: spec("f32", ["B", 5]) },
  forward: (p, { x }) => ({ y: softmax(p.output(tanh(p.hidden(x)))) }),
});

describe("backendsAgree", () => {
  test("on a model, its symbols drawn", () => backendsAgree(classifier, { runs: 8 }));

  test("on a model, its symbols given", () => backendsAgree(classifier, { dims: { B: 3 }, runs: 4 }));

  test("on a graph", () => backendsAgree(modelGraph(classifier), { runs: 4 }));

  test("on a training, whose optimizer has any state", () =>
    backendsAgree(
      training(classifier, {
        inputs: { label: spec("i32", ["B"]) },
        loss: ({ y }, { label }) => crossEntropy(y, label),
        optimizer: adam({ learningRate: 1e-3 }),
      }),
      { runs: 4 },
    ));

  test("refuses what is no description", async () => {
    // @ts-expect-error a function is none
    await expect(backendsAgree(() => {})).rejects.toThrow(/^W140: backendsAgree/);
  });

  test("shows the part of the graph that is wrong", async () => {
    const wrong = vi.spyOn(unary.tanh, "evaluate").mockImplementation((x) => Math.tanh(x) * 1.001);
    const report = await backendsAgree(classifier, { shrink: { milliseconds: 5_000 } }).catch(
      (error: Error) => error.message,
    );
    wrong.mockRestore();
    expect(report).toMatch(/agreesOnBackends failed after \d+ graphs?/);
    expect(report).toMatch(/tanh.*<- first divergence/);
    expect(report).toContain("as a test:");
    expect(
      String(report)
        .split("\n")
        .filter((line) => /^\s*%\d+ = /.test(line)).length,
    ).toBeLessThanOrEqual(2);
  });
});

test("symbols are 1 at first, then anything up to 7, unless they are given", () => {
  expect(drawnDims(["B", "T"], { T: 9 }, 0)).toEqual({ B: 1, T: 9 });
  const drawn = [1, 2, 3, 4, 5, 6].map((round) => drawnDims(["B"], {}, round)["B"]);
  expect(new Set(drawn).size).toBeGreaterThan(2);
  expect(drawn.every((extent) => extent !== undefined && extent >= 1 && extent <= 7)).toBe(true);
});

// Losses in other forms than test/golden has them: unreduced, of targets as logarithms, at their edges.
import { describe, expect, expectTypeOf, it } from "vitest";
import { evaluateGraph } from "../../src/backends/reference/interpreter.ts";
import { compileGraph } from "../../src/compile/compile-graph.ts";
import {
  crossEntropy,
  differentiate,
  graphBuilder,
  logSoftmax,
  meanSquaredError,
  type Reduction,
  softmax,
  type Tensor,
  traceOver,
  withTrace,
} from "../../src/index.ts";
import type { Graph } from "../../src/ir/graph/graph.ts";
import { dtypes, isFloat } from "../../src/ir/types/dtype.ts";
import type { NdArray } from "../../src/ir/types/ndarray.ts";
import {
  binaryCrossEntropy,
  binaryCrossEntropyWithLogits,
  crossEntropyWithProbabilities,
  hinge,
  hingeEmbedding,
  huber,
  klDivergence,
  meanAbsoluteError,
  multiMargin,
  negativeLogLikelihood,
  smoothL1,
  squaredHinge,
} from "../../src/nn/index.ts";
import { golden } from "../support/golden.ts";
import { array, expectClose } from "../support/op-meaning.ts";

type Arrays = Readonly<Record<string, NdArray>>;
type Loss = (operands: readonly Tensor[]) => Tensor;

/** A graph that gives a loss of inputs and the gradients of its sum, with the floats among the inputs as `real`. */
const graphOf = (inputs: Arrays, wanted: readonly string[], real: "f32" | "f64", loss: Loss): Graph => {
  const trace = traceOver(graphBuilder());
  return withTrace(trace, () => {
    const operands = Object.entries(inputs).map(([name, { dtype, shape }]) =>
      trace.input(name, { dtype: isFloat(dtype) ? real : dtype, shape }),
    );
    const value = loss(operands);
    const sources = operands.filter((_, at) => wanted.includes(Object.keys(inputs)[at] ?? ""));
    const gradients = differentiate(value.sum(), sources).map((gradient, at) => ({
      name: `gradient.${wanted[at]}`,
      value: trace.value(gradient),
    }));
    const outputs = [{ name: "loss", value: trace.value(value) }, ...gradients];
    return trace.builder.finish("loss", [{ name: "all", outputs, updates: [] }]);
  });
};

const inDouble = (inputs: Arrays, wanted: readonly string[], loss: Loss): Arrays =>
  evaluateGraph(graphOf(inputs, wanted, "f64", loss), "all", inputs);

const inSingle = (inputs: Arrays, wanted: readonly string[], loss: Loss): Arrays => {
  const { executable } = compileGraph(graphOf(inputs, wanted, "f32", loss));
  const feeds = Object.entries(inputs).map(([name, { dtype, data }]) => {
    const fed = dtypes[isFloat(dtype) ? "f32" : dtype].allocate(data.length);
    fed.set(data);
    return [name, fed] as const;
  });
  const results = Object.entries(executable.run("all", Object.fromEntries(feeds)));
  return Object.fromEntries(results.map(([name, { shape, data }]) => [name, array(shape, data)]));
};

/** A loss by the operands of the stored case, in order; gradients are stored for the first few of them. */
interface Row {
  readonly operands: readonly string[];
  readonly gradients: number;
  readonly loss: (reduction: Reduction) => (...operands: readonly Tensor[]) => Tensor;
}

const pair = (
  operands: readonly string[],
  gradients: number,
  loss: (a: Tensor, b: Tensor, options: { reduction: Reduction }) => Tensor,
): Row => ({
  operands,
  gradients,
  loss:
    (reduction) =>
    (...[a, b]) => {
      if (a === undefined || b === undefined) throw new Error("two operands expected");
      return loss(a, b, { reduction });
    },
});

const weighted = (
  operands: readonly string[],
  gradients: number,
  loss: (a: Tensor, b: Tensor, weights: Tensor, reduction: Reduction) => Tensor,
): Row => ({
  operands,
  gradients,
  loss:
    (reduction) =>
    (...[a, b, weights]) => {
      if (a === undefined || b === undefined || weights === undefined) throw new Error("three operands expected");
      return loss(a, b, weights, reduction);
    },
});

const rows: Readonly<Record<string, Row>> = {
  mae: pair(["pred", "target"], 2, meanAbsoluteError),
  mse: pair(["pred", "target"], 2, meanSquaredError),
  huber: pair(["pred", "target"], 2, huber),
  smooth_l1: pair(["pred", "target"], 2, smoothL1),
  bce: pair(["prob", "target"], 1, binaryCrossEntropy),
  bce_logits: pair(["logits", "target"], 2, binaryCrossEntropyWithLogits),
  bce_logits_pos_weight: weighted(["logits", "target", "pos_weight"], 2, (x, t, positiveWeight, reduction) =>
    binaryCrossEntropyWithLogits(x, t, { positiveWeight, reduction }),
  ),
  cross_entropy_index: pair(["logits", "target"], 1, crossEntropy),
  cross_entropy_smoothing: pair(["logits", "target"], 1, (x, t, { reduction }) =>
    crossEntropy(x, t, { labelSmoothing: 0.1, reduction }),
  ),
  cross_entropy_prob: pair(["logits", "target"], 2, crossEntropyWithProbabilities),
  cross_entropy_spatial: pair(["logits", "target"], 1, (x, t, options) =>
    negativeLogLikelihood(logSoftmax(x, 1), t, options),
  ),
  cross_entropy_weight_ignore: weighted(["logits", "target", "weight"], 1, (x, t, weights, reduction) =>
    negativeLogLikelihood(logSoftmax(x, 1), t, { weights, ignoreIndex: -100, reduction }),
  ),
  nll: pair(["logp", "target"], 1, negativeLogLikelihood),
  hinge_binary: pair(["f", "y"], 1, hinge),
  hinge_squared: pair(["f", "y"], 1, squaredHinge),
  hinge_embedding: pair(["x", "y"], 1, hingeEmbedding),
  hinge_multiclass: pair(["scores", "target"], 1, multiMargin),
  kl_div: pair(["logp", "target"], 1, klDivergence),
};

/** The loss and gradients of a stored case, in both precisions. */
const expectGolden = (name: string, operands: readonly string[], wanted: readonly string[], loss: Loss): void => {
  const stored = golden(name);
  const inputs = Object.fromEntries(operands.map((operand) => [operand, stored.array(operand)]));
  const [double, single] = [inDouble(inputs, wanted, loss), inSingle(inputs, wanted, loss)];
  const total = array([], [stored.loss]);
  const { float32Error: rounding, scale } = stored;
  expectClose(double["loss"], total, Math.abs(stored.loss), 1e-10);
  expectClose(single["loss"], total, 1, Math.max(8 * rounding.loss, 1e-6 * Math.max(1, Math.abs(stored.loss))));
  for (const operand of wanted) {
    const gradient = stored.gradient(operand);
    expectClose(double[`gradient.${operand}`], gradient, scale.grads, 1e-9);
    const bound = Math.max(8 * rounding.grads, 1e-6 * Math.max(1, scale.grads));
    expectClose(single[`gradient.${operand}`], gradient, 1, bound);
  }
};

describe("losses agree with PyTorch, gradients included", () => {
  it.each(Object.entries(rows))("%s, unreduced and added up", (name, { operands, gradients, loss }) => {
    expectGolden(`loss_${name}_sum`, operands, operands.slice(0, gradients), (tensors) =>
      loss("none")(...tensors).sum(),
    );
  });

  it.each([false, true])("kl_div of logits, with logarithms as targets: %s", (logTarget) => {
    const row = pair(["student", "teacher"], 2, (student, teacher) => {
      const target = logTarget ? logSoftmax(teacher) : softmax(teacher);
      return klDivergence(logSoftmax(student), target, { reduction: "batchmean", logTarget });
    });
    expectGolden("loss_kl_div_from_logits", row.operands, row.operands, (tensors) => row.loss("mean")(...tensors));
  });
});

/** The losses and the gradient of the first of two vectors, in both precisions. */
const ofVectors = (
  first: readonly number[],
  second: readonly number[],
  loss: (a: Tensor, b: Tensor) => Tensor,
): readonly [losses: readonly number[], gradient: readonly number[]][] => {
  const inputs = { first: array([first.length], first), second: array([second.length], second) };
  const { loss: describe } = pair([], 1, (a, b) => loss(a, b));
  return [inDouble, inSingle].map((run) => {
    const results = run(inputs, ["first"], (tensors) => describe("none")(...tensors));
    return [Array.from(results["loss"]?.data ?? []), Array.from(results["gradient.first"]?.data ?? [])];
  });
};

describe("losses at their edges", () => {
  it("binaryCrossEntropy: impossible answers cost 100, and have no slope", () => {
    for (const [losses, slopes] of ofVectors([0, 1, 0, 1], [0, 1, 1, 0], (p, t) =>
      binaryCrossEntropy(p, t, { reduction: "none" }),
    )) {
      expect(losses.map(Math.abs)).toEqual([0, 0, 100, 100]);
      expect(slopes.map(Math.abs)).toEqual([1, 1, 0, 0]);
    }
  });

  it("binaryCrossEntropy: what is no probability is NaN", () => {
    for (const [losses] of ofVectors([-0.5, 1.5, Number.NaN], [0.5, 0.5, 0.5], (p, t) =>
      binaryCrossEntropy(p, t, { reduction: "none" }),
    ))
      expect(losses).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  });

  it("klDivergence: a target of 0 costs nothing", () => {
    for (const [losses, slopes] of ofVectors([-1, -2], [0, 1], (x, t) => klDivergence(x, t, { reduction: "none" }))) {
      expect(losses.map(Math.abs)).toEqual([0, 2]);
      expect(slopes.map(Math.abs)).toEqual([0, 1]);
    }
  });

  it("hinge and hingeEmbedding have PyTorch's slopes at the kink, and NaN stays NaN", () => {
    for (const [, slopes] of ofVectors([1, -1], [1, -1], (f, y) => hinge(f, y, { reduction: "none" })))
      expect(slopes.map(Math.abs)).toEqual([0, 0]);
    for (const [losses, slopes] of ofVectors([1, 2, Number.NaN], [-1, -1, -1], (x, y) =>
      hingeEmbedding(x, y, { reduction: "none" }),
    )) {
      expect(losses).toEqual([0, 0, Number.NaN]);
      expect(slopes.slice(0, 2).map((slope) => slope + 0)).toEqual([-1, 0]);
    }
  });

  it("huber and smoothL1 bend where they are told to", () => {
    const errors = [0.25, 0.5, 2];
    for (const [losses] of ofVectors(errors, [0, 0, 0], (x, t) => huber(x, t, { delta: 0.5, reduction: "none" })))
      expect(losses).toEqual([0.03125, 0.125, 0.875]);
    for (const [losses] of ofVectors(errors, [0, 0, 0], (x, t) => smoothL1(x, t, { beta: 0.5, reduction: "none" })))
      expect(losses).toEqual([0.0625, 0.25, 1.75]);
    for (const [losses] of ofVectors(errors, [0, 0, 0], (x, t) => smoothL1(x, t, { beta: 0, reduction: "none" })))
      expect(losses).toEqual(errors);
  });

  it("a number may be the target", () => {
    for (const [losses] of ofVectors([0, 0], [0, 0], (x) => binaryCrossEntropyWithLogits(x, 1, { reduction: "none" })))
      for (const loss of losses) expect(Math.abs(loss - Math.LN2)).toBeLessThan(1e-7);
  });
});

describe("losses of class indices", () => {
  const described = <T>(describeLoss: (trace: ReturnType<typeof traceOver>) => T): T => {
    const trace = traceOver(graphBuilder());
    return withTrace(trace, () => describeLoss(trace));
  };

  it.each([
    ["i32[B]", "f32", ["B"], "negativeLogLikelihood: the labels must be i32[B], not f32[B]"],
    ["i32[B]", "i32", ["B", 1], "negativeLogLikelihood: the labels must be i32[B], not i32[B, 1]"],
  ] as const)("want %s, not %s%j", (_, dtype, shape, message) => {
    const refused = (): unknown =>
      described((trace) =>
        negativeLogLikelihood(
          trace.input("logs", { dtype: "f32", shape: ["B", 10] }),
          trace.input("labels", { dtype, shape }),
        ),
      );
    expect(refused).toThrow(`W248: ${message}`);
  });

  it("want an axis of classes", () => {
    const refused = (): unknown =>
      described((trace) =>
        multiMargin(trace.input("s", { dtype: "f32", shape: ["B"] }), trace.input("t", { dtype: "i32", shape: ["B"] })),
      );
    expect(refused).toThrow("W248: multiMargin: the scores must be f32[rows, classes], not f32[B]");
  });

  it("keep the shape of their labels unless they are reduced", () => {
    type Logs = Tensor<["B", 10, "T"], "f32">;
    type Labels = Tensor<["B", "T"], "i32">;
    const unreduced = (logs: Logs, labels: Labels) => negativeLogLikelihood(logs, labels, { reduction: "none" });
    const mean = (logs: Logs, labels: Labels) => negativeLogLikelihood(logs, labels);
    expectTypeOf<ReturnType<typeof unreduced>>().toEqualTypeOf<Tensor<["B", "T"], "f32">>();
    expectTypeOf<ReturnType<typeof mean>>().toEqualTypeOf<Tensor<[], "f32">>();
  });
});

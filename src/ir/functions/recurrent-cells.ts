// One step of each recurrent network, as the papers write it and with PyTorch's gates and biases, for a `scan`: from an element
// [..., in] and the state [..., hidden] to the state after it. The product with the element needs no state, so the compiler
// computes it for all steps at once, before the loop.
import { requireKnownOptions } from "../diagnostics/known-options.ts";
import { requireOperand } from "../ops/operand-types.ts";
import { normalizeAxis, requireDType } from "../ops/typing.ts";
import { multiplyDims } from "../types/dim.ts";
import type { DType } from "../types/dtype.ts";
import type { After, AllOf, Check } from "../types/static/check.ts";
import type { OnlyType } from "../types/static/indexing.ts";
import type { CellRules, CellShape } from "../types/static/recurrent-cells.ts";
import type { Dims, ResultOf, Tensor } from "../types/tensor.ts";
import { tensorType } from "../types/tensor-type.ts";
import { relu, sigmoid } from "./activation.ts";
import { atCaller, checkedChoice, described, tensorOf } from "./argument.ts";
import { add, mul } from "./arithmetic.ts";
import { linear } from "./contraction.ts";
import { chunk } from "./parts.ts";
import { tanh } from "./trigonometry.ts";

/** The weights of a step: gates * hidden rows, gate by gate, as PyTorch stacks them. */
export interface CellWeights<Input = Tensor, Hidden = Tensor, InputBias = Tensor, HiddenBias = Tensor> {
  /** [gates * hidden, in]. */
  readonly inputWeight: Input;
  /** [gates * hidden, hidden]. */
  readonly hiddenWeight: Hidden;
  /** [gates * hidden]. */
  readonly inputBias?: InputBias | undefined;
  /** [gates * hidden]. */
  readonly hiddenBias?: HiddenBias | undefined;
}

/** The types of all operands under their names. */
interface Types<
  X extends Dims,
  D extends DType,
  H extends Dims,
  E extends DType,
  I extends Dims,
  F extends DType,
  J extends Dims,
  G extends DType,
  A extends Dims,
  K extends DType,
  B extends Dims,
  L extends DType,
> {
  readonly x: readonly [X, D];
  readonly hidden: readonly [H, E];
  readonly inputWeight: readonly [I, F];
  readonly hiddenWeight: readonly [J, G];
  readonly inputBias: readonly [A, K];
  readonly hiddenBias: readonly [B, L];
}

/** A cell whose state is one tensor. */
export interface CellFunction<Op extends string, Gates extends number, Options = object> {
  <
    X extends Dims,
    D extends DType,
    H extends Dims,
    E extends DType,
    I extends Dims,
    F extends DType,
    J extends Dims,
    G extends DType,
    A extends Dims = Dims,
    K extends DType = DType,
    B extends Dims = Dims,
    L extends DType = DType,
  >(
    x: Check<NoInfer<CellRules<Op, Gates, Types<X, D, H, E, I, F, J, G, A, K, B, L>>["x"]>, Tensor<X, D>>,
    hidden: Check<NoInfer<CellRules<Op, Gates, Types<X, D, H, E, I, F, J, G, A, K, B, L>>["hidden"]>, Tensor<H, E>>,
    weights: CellWeights<
      Check<NoInfer<CellRules<Op, Gates, Types<X, D, H, E, I, F, J, G, A, K, B, L>>["inputWeight"]>, Tensor<I, F>>,
      Check<NoInfer<CellRules<Op, Gates, Types<X, D, H, E, I, F, J, G, A, K, B, L>>["hiddenWeight"]>, Tensor<J, G>>,
      Check<NoInfer<CellRules<Op, Gates, Types<X, D, H, E, I, F, J, G, A, K, B, L>>["inputBias"]>, Tensor<A, K>>,
      Check<NoInfer<CellRules<Op, Gates, Types<X, D, H, E, I, F, J, G, A, K, B, L>>["hiddenBias"]>, Tensor<B, L>>
    >,
    options?: Options,
  ): ResultOf<CellShape<Op, Gates, Types<X, D, H, E, I, F, J, G, A, K, B, L>>, D>;
}

/** Operands that were looked at. */
interface Step {
  readonly x: Tensor;
  readonly hidden: Tensor;
  readonly weights: CellWeights;
}

/** The operands fit each other: W204, W205, W248. */
const checkedStep = (
  op: string,
  gates: number,
  x: unknown,
  { hidden, cell }: { readonly hidden: unknown; readonly cell?: Tensor },
  weights: CellWeights,
): Step => {
  const [element, state] = [tensorOf(op, x), tensorOf(op, hidden)];
  requireKnownOptions(`${op}: weights`, weights, ["inputWeight", "hiddenWeight", "inputBias", "hiddenBias"]);
  requireDType(op, element.type, ["f32", "f64"]);
  normalizeAxis(op, element.shape, -1);
  const [features = 1, units = "hidden"] = [element.shape.at(-1), state.shape.at(-1)];
  requireOperand(op, "hidden state", state.type, tensorType(element.dtype, [...element.shape.slice(0, -1), units]));
  if (cell !== undefined) requireOperand(op, "cell state", cell.type, state.type);
  const rows = multiplyDims(gates, units);
  const wanted = {
    inputWeight: ["input weight", [rows, features]],
    hiddenWeight: ["hidden weight", [rows, units]],
    inputBias: ["input bias", [rows]],
    hiddenBias: ["hidden bias", [rows]],
  } as const;
  for (const name of ["inputWeight", "hiddenWeight", "inputBias", "hiddenBias"] as const) {
    const [called, shape] = wanted[name];
    const given = weights[name];
    if (given !== undefined || name.endsWith("Weight"))
      requireOperand(op, called, tensorOf(op, given).type, tensorType(element.dtype, shape));
  }
  return { x: element, hidden: state, weights };
};

const fromInput = ({ x, weights }: Step): Tensor => linear(x, weights.inputWeight, weights.inputBias);

const fromHidden = ({ hidden, weights }: Step): Tensor => linear(hidden, weights.hiddenWeight, weights.hiddenBias);

/** Options of `rnnCell`. */
export interface RnnCellOptions {
  /** `tanh` unless said. */
  readonly nonlinearity?: "tanh" | "relu";
}

/**
 * h' = f(W_ih x + b_ih + W_hh h + b_hh): x [..., in] and h [..., hidden] give [..., hidden].
 *
 * @throws W248 operands that do not fit each other; W204 integers; W205 where there is no axis of features.
 * @see Elman 1990; `torch.nn.RNNCell`.
 * @example
 * const x = constant(Float32Array.of(1), [1, 1]);
 * const h = constant(Float32Array.of(0.5), [1, 1]);
 * const weights = { inputWeight: constant(1, [1, 1]), hiddenWeight: constant(1, [1, 1]) };
 * rnnCell(x, h, weights); // Tensor<[1, 1], "f32">: [[0.9051]]
 */
export const rnnCell: CellFunction<"rnnCell", 1, RnnCellOptions> = (
  x: unknown,
  hidden: unknown,
  weights: unknown,
  options: RnnCellOptions = {},
) =>
  described(() => {
    requireKnownOptions("rnnCell", options, ["nonlinearity"]);
    const step = checkedStep("rnnCell", 1, x, { hidden }, weights as CellWeights);
    const sum = add(fromInput(step), fromHidden(step));
    const { nonlinearity = "tanh" } = options;
    const chosen = checkedChoice("rnnCell: nonlinearity", nonlinearity, ["tanh", "relu"], 'nonlinearity: "relu"');
    return chosen === "relu" ? relu(sum) : tanh(sum);
  });

/**
 * r, z = sigmoid(W x + b + W_h h + b_h);  n = tanh(W_in x + b_in + r * (W_hn h + b_hn));  h' = (1 - z) * n + z * h,
 * with the reset gate behind the product, as PyTorch has it: x [..., in] and h [..., hidden] give [..., hidden].
 *
 * @throws W248 operands that do not fit each other; W204 integers; W205 where there is no axis of features.
 * @see Cho et al. 2014; `torch.nn.GRUCell`.
 * @example
 * const x = constant(Float32Array.of(1), [1, 1]);
 * const h = constant(Float32Array.of(0.5), [1, 1]);
 * const weights = { inputWeight: constant(1, [3, 1]), hiddenWeight: constant(1, [3, 1]) };
 * gruCell(x, h, weights); // Tensor<[1, 1], "f32">: [[0.5706]]
 */
export const gruCell: CellFunction<"gruCell", 3> = (x: unknown, hidden: unknown, weights: unknown) =>
  described(() => {
    const step = checkedStep("gruCell", 3, x, { hidden }, weights as CellWeights);
    const ofInput = chunk(fromInput(step), 3, -1);
    const ofHidden = chunk(fromHidden(step), 3, -1);
    const r = sigmoid(add(ofInput[0], ofHidden[0]));
    const z = sigmoid(add(ofInput[1], ofHidden[1]));
    const n = tanh(add(ofInput[2], mul(r, ofHidden[2])));
    return add(mul(add(z.neg(), 1), n), mul(z, step.hidden));
  });

/** The state of an LSTM: what it gives, and its conveyor belt. */
export interface LstmState<Hidden = Tensor, Cell = Tensor> {
  /** What it gives, [..., hidden]. */
  readonly hidden: Hidden;
  /** Its conveyor belt, [..., hidden]. */
  readonly cell: Cell;
}

/** The type of `lstmCell`. */
export interface LstmCellFunction {
  <
    X extends Dims,
    D extends DType,
    H extends Dims,
    E extends DType,
    C extends Dims,
    M extends DType,
    I extends Dims,
    F extends DType,
    J extends Dims,
    G extends DType,
    A extends Dims = Dims,
    K extends DType = DType,
    B extends Dims = Dims,
    L extends DType = DType,
  >(
    x: Check<NoInfer<CellRules<"lstmCell", 4, Types<X, D, H, E, I, F, J, G, A, K, B, L>>["x"]>, Tensor<X, D>>,
    state: LstmState<
      Check<NoInfer<CellRules<"lstmCell", 4, Types<X, D, H, E, I, F, J, G, A, K, B, L>>["hidden"]>, Tensor<H, E>>,
      Check<
        NoInfer<
          After<
            CellRules<"lstmCell", 4, Types<X, D, H, E, I, F, J, G, A, K, B, L>>["x" | "hidden"],
            OnlyType<"lstmCell", "cell state", C, M, H, D>
          >
        >,
        Tensor<C, M>
      >
    >,
    weights: CellWeights<
      Check<NoInfer<CellRules<"lstmCell", 4, Types<X, D, H, E, I, F, J, G, A, K, B, L>>["inputWeight"]>, Tensor<I, F>>,
      Check<NoInfer<CellRules<"lstmCell", 4, Types<X, D, H, E, I, F, J, G, A, K, B, L>>["hiddenWeight"]>, Tensor<J, G>>,
      Check<NoInfer<CellRules<"lstmCell", 4, Types<X, D, H, E, I, F, J, G, A, K, B, L>>["inputBias"]>, Tensor<A, K>>,
      Check<NoInfer<CellRules<"lstmCell", 4, Types<X, D, H, E, I, F, J, G, A, K, B, L>>["hiddenBias"]>, Tensor<B, L>>
    >,
  ): LstmState<
    ResultOf<CellShape<"lstmCell", 4, Types<X, D, H, E, I, F, J, G, A, K, B, L>>, D>,
    ResultOf<AllOf<[CellShape<"lstmCell", 4, Types<X, D, H, E, I, F, J, G, A, K, B, L>>], C>, D>
  >;
}

/**
 * i, f, g, o = sigmoid, sigmoid, tanh, sigmoid of W_ih x + b_ih + W_hh h + b_hh;  c' = f * c + i * g;  h' = o *
 * tanh(c'): x [..., in] and a state of two [..., hidden] give such a state.
 *
 * @throws W248 operands that do not fit each other; W204 integers; W205 where there is no axis of features.
 * @see Hochreiter and Schmidhuber 1997, the forget gate by Gers et al. 2000; `torch.nn.LSTMCell`.
 * @example
 * const x = constant(Float32Array.of(1), [1, 1]);
 * const h = constant(Float32Array.of(0.5), [1, 1]);
 * const weights = { inputWeight: constant(1, [4, 1]), hiddenWeight: constant(1, [4, 1]) };
 * const { hidden, cell } = lstmCell(x, { hidden: h, cell: h }, weights);
 * hidden; // Tensor<[1, 1], "f32">: [[0.6683]]
 * cell; // Tensor<[1, 1], "f32">: [[1.1488]]
 */
export const lstmCell: LstmCellFunction = (x, state, weights) =>
  atCaller(() => {
    const op = "lstmCell";
    requireKnownOptions("lstmCell: state", state, ["hidden", "cell"]);
    const before = state as LstmState;
    const belt = tensorOf(op, before.cell);
    const step = checkedStep(op, 4, x, { hidden: before.hidden, cell: belt }, weights as CellWeights);
    const gates = chunk(add(fromInput(step), fromHidden(step)), 4, -1);
    const [i, f, g, o] = [sigmoid(gates[0]), sigmoid(gates[1]), tanh(gates[2]), sigmoid(gates[3])];
    const cell = add(mul(f, belt), mul(i, g));
    // Both have the types of the state before, as the signature says.
    return { hidden: mul(o, tanh(cell)), cell } as never;
  });

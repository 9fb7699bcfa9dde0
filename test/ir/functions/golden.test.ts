// Public functions, one or a few at a time, against PyTorch: results and gradients, in double precision and in f32.
import { describe, test } from "vitest";
import {
  abs,
  add,
  atan,
  clamp,
  concat,
  cos,
  cumsum,
  div,
  dot,
  einsum,
  elu,
  erf,
  exp,
  expm1,
  flip,
  gather,
  gelu,
  geluTanh,
  hardswish,
  indexAdd,
  leakyRelu,
  log,
  log1p,
  logSoftmax,
  logSumExp,
  matmul,
  matvec,
  max,
  maximum,
  mean,
  min,
  minimum,
  mish,
  mul,
  norm,
  notEqual,
  pad,
  pow,
  prod,
  reciprocal,
  relu,
  relu6,
  reshape,
  rsqrt,
  select,
  selu,
  sigmoid,
  silu,
  sin,
  sinh,
  slice,
  softmax,
  softplus,
  split,
  sqrt,
  square,
  stack,
  sub,
  sum,
  takeAlongAxis,
  tanh,
  tile,
  transpose,
  variance,
  vecmat,
} from "../../../src/ir/functions/index.ts";
import type { Tensor } from "../../../src/ir/types/tensor.ts";
import { param } from "../../../src/model/parameter.ts";
import { binaryCrossEntropyWithLogits, linear } from "../../../src/nn/index.ts";
import { expectCompiled, expectMeaning, type Network, network } from "../../nn/golden-network.ts";

/** A function of the input x. */
const ofX = (compute: (x: Tensor) => Tensor | Readonly<Record<string, Tensor>>): Network =>
  network({}, (_, input) => {
    const result = compute(input("x"));
    // A tensor is the one output, y; its methods are no outputs.
    return "dtype" in result ? { y: result as Tensor } : result;
  });

const activations: Readonly<Record<string, Network>> = {
  act_elu: ofX((x) => elu(x)),
  act_gelu_erf: ofX((x) => gelu(x)),
  act_gelu_tanh: ofX((x) => geluTanh(x)),
  act_hardswish: ofX((x) => hardswish(x)),
  act_leaky_relu: ofX((x) => leakyRelu(x)),
  act_mish: ofX((x) => mish(x)),
  act_relu: ofX((x) => relu(x)),
  act_selu: ofX((x) => selu(x)),
  act_sigmoid: ofX((x) => sigmoid(x)),
  act_silu: ofX((x) => silu(x)),
  act_softplus: ofX((x) => softplus(x)),
  act_tanh: ofX((x) => tanh(x)),
};

const functions: Readonly<Record<string, Network>> = {
  op_broadcast: network({}, (_, input) => {
    const [a, b, c] = [input("a"), input("b"), input("c")];
    return { u: mul(add(a, b), c), v: sub(a, div(b, add(square(c), 1))) };
  }),
  op_einsum: network({}, (_, input) => ({
    qk: einsum("bhqd,bhkd->bhqk", input("q"), input("k")),
    chain: einsum("ij,jk,kl->il", input("a"), input("b"), input("d")),
    colsum: einsum("bhij->bj", input("q")),
    diag: einsum("ii->i", input("s")),
  })),
  op_gather_scatter: network({}, (_, input) => {
    const x = input("x");
    return {
      select: gather(x, input("idx")),
      gather0: takeAlongAxis(x, input("g"), 0),
      index_add0: indexAdd(x, input("idx"), input("y")),
      where: select(notEqual(input("mask"), 0), x, square(x)),
      cumsum1: cumsum(x, 1),
    };
  }),
  op_kinks: ofX((x) => ({
    relu: relu(x),
    abs: abs(x),
    leaky: leakyRelu(x, 0.1),
    relu6: relu6(x),
    elu: elu(x),
    tie: maximum(x, mul(x, 1)),
  })),
  op_math: ofX((x) => ({
    exp: exp(x),
    log: log(x),
    sqrt: sqrt(x),
    rsqrt: rsqrt(x),
    recip: reciprocal(x),
    pow: pow(x, 2.5),
    sin: sin(x),
    cos: cos(x),
    erf: erf(x),
    log1p: log1p(x),
    expm1: expm1(x),
    atan: atan(x),
    sinh: sinh(x),
  })),
  op_matmul_batched: network({}, (_, input) => ({ y: matmul(input("a"), input("b")) })),
  op_matmul_vec: network({}, (_, input) => {
    const [m, v, w] = [input("m"), input("v"), input("w")];
    return { mv: matvec(m, v), vm: vecmat(v, m), vw: dot(v, w) };
  }),
  op_minmax_clamp: network({}, (_, input) => {
    const [a, b] = [input("a"), input("b")];
    return { max: maximum(a, b), min: minimum(a, b), clamp: clamp(a, -0.5, 0.8), abs: abs(b) };
  }),
  op_reductions: ofX((x) => ({
    sum1: sum(x, { axes: [1] }),
    mean_keep: mean(x, { axes: [2], keepDims: true }),
    max0: max(x, { axes: [0] }),
    min12: min(x, { axes: [1, 2] }),
    prod2: prod(x, { axes: [2] }),
    lse: logSumExp(x, { axes: [1] }),
    var_unbiased: variance(x, { axes: [2] }),
    var: variance(x, { axes: [1], unbiased: false }),
    l2: norm(x, { axes: [2] }),
  })),
  op_shape: network({}, (_, input) => {
    const [a, b] = [input("a"), input("b")];
    const [, second = a] = split(a, 2, 1);
    return {
      t: transpose(a, [2, 0, 1]),
      r: reshape(a, [-1, 6]),
      s: slice(a, [{}, { step: 2 }, { start: 1 }]),
      cat: concat([a, b], 1),
      st: stack([a, mul(a, 2)], 1),
      pad: pad(b, [{}, { high: 1 }, { low: 1, high: 2 }], 0.5),
      flip: flip(a, [1]),
      tile: tile(b, [2, 1, 3]),
      sp: second,
    };
  }),
  op_softmax_axes: ofX((x) => ({
    softmax0: softmax(x, 0),
    softmax1: softmax(x, 1),
    softmax2: softmax(x, 2),
    logsoftmax1: logSoftmax(x, 1),
  })),
};

const models: Readonly<Record<string, Network>> = {
  single_neuron: network({ b: param([1]), w: param([4]) }, ({ b, w }, input) => ({
    y: sigmoid(add(matvec(input("x"), w), b)),
  })),
  vae_step: network(
    { e: linear(6, 8), mu: linear(8, 3), lv: linear(8, 3), d1: linear(3, 8), d2: linear(8, 6) },
    (p, input) => {
      const a = tanh(p.e(input("x")));
      const [mu, lv] = [p.mu(a), p.lv(a)];
      const z = add(mu, mul(input("eps"), exp(mul(lv, 0.5))));
      return { logits: p.d2(tanh(p.d1(z))), mu, lv };
    },
    ({ logits, mu, lv }, input) => {
      const x = input("x");
      const fit = sum(binaryCrossEntropyWithLogits(logits ?? x, x, { reduction: "none" }), { axes: [1] });
      const [mean0, log0] = [mu ?? x, lv ?? x];
      const kl = mul(sum(sub(sub(add(log0, 1), square(mean0)), exp(log0)), { axes: [1] }), -0.5);
      return mean(add(fit, kl));
    },
  ),
};

describe.each(Object.entries({ ...activations, ...functions, ...models }))("%s", (name, described) => {
  test("results and gradients in double precision", () => expectMeaning(name, described));
  test("results and gradients in f32 WebAssembly", () => expectCompiled(name, described));
});

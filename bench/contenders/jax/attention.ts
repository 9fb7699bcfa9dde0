// Attention and its gradient in jax-js: by its own function, and written out.
import { grad, type Array as JaxArray, jit, nn, numpy } from "@jax-js/jax";
import { type AttentionTask, attentionShapes, causalMask, scaleOf } from "../../workloads/attention.ts";
import { type Arrays, type Floats, input } from "../../workloads/computation.ts";
import { exchanged, type Offers, type Prepared } from "../contender.ts";
import { arrayOf, read } from "./arrays.ts";

type Shape = readonly [number, number, number];

type Attention = (q: JaxArray, k: JaxArray, v: JaxArray) => JaxArray;

/** How a form wants its operands, and what it makes of them. */
interface Writing {
  readonly attend: (task: AttentionTask) => Attention;
  /** A layout of [heads, positions, depth], and the way back. */
  readonly into: (data: Floats, shape: Shape) => JaxArray;
  readonly back: (data: Floats, shape: Shape) => Floats;
}

/** The library's own function; positions stand before heads. */
const ownFunction: Writing = {
  attend: (task) => (q, k, v) => nn.dotProductAttention(q, k, v, { isCausal: task.causal }),
  into: (data, shape) => arrayOf(exchanged(data, shape), [shape[1], shape[0], shape[2]]),
  back: (data, [heads, positions, depth]) => exchanged(data, [positions, heads, depth]),
};

/** Products and a softmax, heads first. */
const written: Writing = {
  attend: (task) => {
    const mask = task.causal ? arrayOf(causalMask(task, -Infinity), [1, task.queries, task.keys]) : undefined;
    return (q, k, v) => {
      const products = numpy.matmul(q.mul(scaleOf(task)), numpy.transpose(k, [0, 2, 1]));
      const scores = mask === undefined ? products : products.add(mask.ref);
      return numpy.matmul(nn.softmax(scores, -1), v);
    };
  },
  into: arrayOf,
  back: (data) => data,
};

const forward =
  ({ attend, into, back }: Writing) =>
  (task: AttentionTask, inputs: Arrays): Prepared => {
    const shapes = attentionShapes(task);
    const compiled = jit(attend(task));
    const q = into(input(inputs, "q"), shapes.q);
    const k = into(input(inputs, "k"), shapes.k);
    const v = into(input(inputs, "v"), shapes.v);
    return {
      run: () => ({ out: read(compiled(q.ref, k.ref, v.ref)) }),
      inLayout: (results) => ({ out: back(input(results, "out"), shapes.q) }),
    };
  };

const gradient =
  ({ attend, into, back }: Writing) =>
  (task: AttentionTask, inputs: Arrays): Prepared => {
    const shapes = attentionShapes(task);
    const attention = attend(task);
    const loss = (q: JaxArray, k: JaxArray, v: JaxArray, cotangent: JaxArray): JaxArray =>
      numpy.sum(attention(q, k, v).mul(cotangent));
    const compiled = jit(grad(loss, { argnums: [0, 1, 2] }));
    const q = into(input(inputs, "q"), shapes.q);
    const k = into(input(inputs, "k"), shapes.k);
    const v = into(input(inputs, "v"), shapes.v);
    const cotangent = into(input(inputs, "cotangent"), shapes.q);
    return {
      run: () => {
        const [dq, dk, dv] = compiled(q.ref, k.ref, v.ref, cotangent.ref);
        return { dq: read(dq), dk: read(dk), dv: read(dv) };
      },
      inLayout: (results) => ({
        dq: back(input(results, "dq"), shapes.q),
        dk: back(input(results, "dk"), shapes.k),
        dv: back(input(results, "dv"), shapes.v),
      }),
    };
  };

export const attentionOffers: Pick<Offers, "attention" | "attentionGradient"> = {
  attention: () => ({
    forms: {
      dotProductAttention: { prepare: forward(ownFunction) },
      "matmul, softmax, matmul": { prepare: forward(written) },
    },
  }),
  attentionGradient: () => ({
    forms: {
      "grad of dotProductAttention": { prepare: gradient(ownFunction) },
      "grad of matmul, softmax, matmul": { prepare: gradient(written) },
    },
  }),
};

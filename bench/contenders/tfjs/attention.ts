// Attention and its gradient in TensorFlow.js. Its product of batches is a plain loop where its product of two matrices is a fast
// kernel, so attention is also written head by head.
import * as tf from "@tensorflow/tfjs";
import { type AttentionTask, attentionShapes, causalMask, scaleOf } from "../../workloads/attention.ts";
import { type Arrays, input } from "../../workloads/computation.ts";
import { type Offers, type Prepared } from "../contender.ts";
import { computed } from "./computed.ts";

/** Attention of [heads, positions, depth]. */
export type Attention = (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) => tf.Tensor;

/** What every query of a head is given beside the products, if anything. */
const masking = (task: AttentionTask): ((scores: tf.Tensor) => tf.Tensor) => {
  if (!task.causal) return (scores) => scores;
  // It may be made within a call, and is there for all of them.
  const mask = tf.keep(tf.tensor(causalMask(task, -1e9), [task.queries, task.keys]));
  return (scores) => tf.add(scores, mask);
};

export const batched = (task: AttentionTask): Attention => {
  const masked = masking(task);
  return (q, k, v) => tf.matMul(tf.softmax(masked(tf.matMul(tf.mul(q, scaleOf(task)), k, false, true))), v);
};

export const headByHead = (task: AttentionTask): Attention => {
  const masked = masking(task);
  return (q, k, v) => {
    const keys = tf.unstack(tf.transpose(k, [0, 2, 1]));
    const values = tf.unstack(v);
    const heads = tf.unstack(tf.mul(q, scaleOf(task))).map((query, head) => {
      const [key, value] = [keys[head], values[head]];
      if (key === undefined || value === undefined) throw new Error(`no head ${head}`);
      return tf.matMul(tf.softmax(masked(tf.matMul(query, key))), value);
    });
    return tf.stack(heads);
  };
};

const operands = (task: AttentionTask, inputs: Arrays): readonly [q: tf.Tensor, k: tf.Tensor, v: tf.Tensor] => {
  const { q, k, v } = attentionShapes(task);
  return [tf.tensor(input(inputs, "q"), q), tf.tensor(input(inputs, "k"), k), tf.tensor(input(inputs, "v"), v)];
};

const forward =
  (write: (task: AttentionTask) => Attention) =>
  (task: AttentionTask, inputs: Arrays): Prepared => {
    const attention = write(task);
    const given = operands(task, inputs);
    return { run: () => computed(() => ({ out: attention(...given) })) };
  };

const gradient =
  (write: (task: AttentionTask) => Attention) =>
  (task: AttentionTask, inputs: Arrays): Prepared => {
    const attention = write(task);
    const cotangent = tf.tensor(input(inputs, "cotangent"), attentionShapes(task).q);
    const gradients = tf.grads((q, k, v) => tf.sum(tf.mul(attention(q, k, v), cotangent)));
    const given = operands(task, inputs);
    return {
      run: () =>
        computed(() => {
          const [dq, dk, dv] = gradients([...given]);
          if (dq === undefined || dk === undefined || dv === undefined)
            throw new Error("three operands, three gradients");
          return { dq, dk, dv };
        }),
    };
  };

export const attentionOffers: Pick<Offers, "attention" | "attentionGradient"> = {
  attention: () => ({
    forms: { batched: { prepare: forward(batched) }, "head by head": { prepare: forward(headByHead) } },
  }),
  attentionGradient: () => ({
    forms: {
      "grads, batched": { prepare: gradient(batched) },
      "grads, head by head": { prepare: gradient(headByHead) },
    },
  }),
};

// Attention of rows [batch * positions, heads * depth].

import type { NodeOf } from "../network.ts";
import { exchangedDoubles } from "./exchanged.ts";
import { product } from "./product.ts";
import { softmax } from "./rows.ts";

/** softmax(q k^T / sqrt(depth)) v, head by head; query i of a causal one sees the keys up to i. */
export const attention = (
  q: Float64Array,
  k: Float64Array,
  v: Float64Array,
  { batch, heads, causal, result: { shape } }: NodeOf<"attention">,
): Float64Array => {
  const positions = (shape[0] ?? 1) / batch;
  const depth = (shape[1] ?? 1) / heads;
  const head = positions * depth;
  const result = new Float64Array(q.length);
  for (let sequence = 0; sequence < batch; sequence++) {
    const rows = [sequence * heads * head, (sequence + 1) * heads * head] as const;
    const split = (x: Float64Array) => exchangedDoubles(x.subarray(...rows), [positions, heads, depth]);
    const [queries, keys, values] = [split(q), split(k), split(v)];
    const outputs = new Float64Array(queries.length);
    for (let at = 0; at < queries.length; at += head) {
      const of = (x: Float64Array) => x.subarray(at, at + head);
      const products = product(of(queries), of(keys), { inner: depth, columns: positions, transposed: true });
      const scores = products.map((value, index) =>
        causal && index % positions > Math.floor(index / positions) ? -Infinity : value / Math.sqrt(depth),
      );
      const sizes = { inner: positions, columns: depth, transposed: false };
      outputs.set(product(softmax(scores, positions), of(values), sizes), at);
    }
    result.set(exchangedDoubles(outputs, [heads, positions, depth]), rows[0]);
  }
  return result;
};

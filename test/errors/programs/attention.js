// One mistake for each code of attention.
import { attention, rotary, spec } from "../../../src/index.ts";
import { multiHeadAttention, transformerEncoderLayer } from "../../../src/nn/index.ts";
import { describing } from "./describing.js";

export const W280 = () =>
  describing({ q: spec("f32", [64]) }, ({ q }) => {
    return attention(q, q, q);
  });

export const W281 = () =>
  describing({ q: spec("f32", ["B", 6, "T", 64]), k: spec("f32", ["B", 4, "T", 64]) }, ({ q, k }) => {
    return attention(q, k, k);
  });

export const W282 = () =>
  describing({ q: spec("f32", ["B", 8, "T", 64]), mask: spec("bool", ["B", "T"]) }, ({ q, mask }) => {
    return attention(q, q, q, { mask });
  });

export const W283 = () =>
  describing({ q: spec("f32", ["B", 8, "T", 64]) }, ({ q }) => {
    return attention(q, q, q, { window: 0 });
  });

export const W284 = () => {
  return multiHeadAttention(512, 6);
};

export const W285 = () =>
  describing({ x: spec("f32", ["B", 8, "T", 63]) }, ({ x }) => {
    return rotary(x);
  });

export const W286 = () =>
  describing(
    { x: spec("f32", ["B", "T", 256]) },
    ({ x }, { encode }) => {
      return encode(x);
    },
    { encode: transformerEncoderLayer(512, 8) },
  );

export const W287 = () =>
  describing({ q: spec("f32", ["B", 8, "T", 64]) }, ({ q }) => {
    return attention(q, q, q, { score: (score) => score.sum({ axes: [-1] }) });
  });

export const W288 = () =>
  describing({ q: spec("f32", ["B", 8, "T", 64]) }, ({ q }) => {
    return attention(q, q, q, { score: (score) => score.sub(score.max({ axes: [-1], keepDims: true })) });
  });

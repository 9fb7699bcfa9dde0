// One mistake for each code of graphs as such, of their derivatives and limits.
import {
  add,
  compileSync,
  constant,
  defineModel,
  differentiate,
  matmul,
  mean,
  modelGraph,
  param,
  reshape,
  spec,
} from "../../../src/index.ts";
import { describing, readGraph } from "./describing.js";

export const W101 = () =>
  modelGraph(
    defineModel({
      name: "net",
      params: { x: param([2]) },
      inputs: { x: spec("f32", [2]) },
      forward: (p, { x }) => ({ y: add(x, p.x) }),
    }),
  );

export const W102 = () => {
  return constant(1, [2]);
};

export const W103 = () => {
  let kept;
  describing({ x: spec("f32", [2]) }, ({ x }) => {
    kept = x;
    return x;
  });
  return describing({ x: spec("f32", [2]) }, ({ x }) => {
    return add(x, kept);
  });
};

export const W120 = () =>
  describing({ x: spec("f32", ["B", 3]) }, ({ x }) => {
    return differentiate(x.mul(x), [x])[0];
  });

export const W121 = () =>
  describing({ x: spec("f32", ["B", 3]), label: spec("i32", ["B"]) }, ({ x, label }) => {
    return differentiate(mean(x), [x, label])[1];
  });

const halves = defineModel({
  name: "halves",
  params: {},
  inputs: { x: spec("f32", ["B", "T"]) },
  forward: (_, { x }) => ({
    y: x.slice([
      { start: 0, end: "B", step: 1 },
      { start: 2, end: "T", step: 1 },
    ]),
  }),
});

export const W124 = () => {
  return compileSync(halves, { dims: { B: 4 } });
};

export const W125 = () => {
  return compileSync(halves, { dims: { B: 4, T: 2.5 } });
};

export const W126 = () => {
  return compileSync(halves, { dims: { B: 4, T: 1 } });
};

export const W131 = () =>
  describing({ x: spec("f32", ["B", 3]) }, ({ x }) => {
    return x.broadcastTo(["N", "B", 3]);
  });

export const W132 = () =>
  describing({ x: spec("f32", [1]) }, ({ x }) => {
    return reshape(x, new Array(33).fill(1));
  });

export const W133 = () =>
  describing({ x: spec("f32", [100_000, 64]), w: spec("f32", [64, 100_000]) }, ({ x, w }) => {
    return matmul(x, w);
  });

export const W134 = () => {
  return readGraph("W134.weft", { nodes: 1 });
};

export const W135 = () => {
  const sum = "(a+b+c+d+e+f+g+h)";
  return spec("f32", ["B", [sum, sum, sum, sum, sum, sum].join("*")]);
};

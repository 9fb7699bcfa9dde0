// One mistake for each code of shapes, element types and attributes, as somebody without a type checker writes it.
import {
  add,
  broadcastTo,
  clamp,
  concat,
  dynamicUpdateSlice,
  exp,
  matmul,
  max,
  mul,
  pad,
  randomBits,
  reshape,
  scatterAdd,
  slice,
  softmax,
  spec,
  sum,
  transpose,
} from "../../../src/index.ts";
import { describing } from "./describing.js";

export const W202 = () =>
  describing({ x: spec("f32", ["B", 8]), mask: spec("bool", ["B", 8]) }, ({ x, mask }) => {
    return mul(x, mask);
  });

export const W203 = () =>
  describing({ x: spec("f32", ["B", 784]), w: spec("f32", [768, 10]) }, ({ x, w }) => {
    return matmul(x, w);
  });

export const W204 = () =>
  describing({ count: spec("i32", ["B"]) }, ({ count }) => {
    return exp(count);
  });

export const W205 = () =>
  describing({ x: spec("f32", ["B", 10]) }, ({ x }) => {
    return softmax(x, 2);
  });

export const W206 = () =>
  describing({ x: spec("f32", ["B", 4, 4]) }, ({ x }) => {
    return sum(x, { axes: [1, -2] });
  });

export const W207 = () =>
  describing({ x: spec("f32", ["B", 10]), bias: spec("f32", ["B"]) }, ({ x, bias }) => {
    return add(x, bias);
  });

export const W208 = () =>
  describing({ x: spec("f32", [3]) }, ({ x }) => {
    return broadcastTo(x, [3, 8]);
  });

export const W209 = () =>
  describing({ x: spec("f32", ["B", 8]) }, ({ x }) => {
    return reshape(x, ["B", 2.5, 4]);
  });

export const W210 = () =>
  describing({ count: spec("i32", ["B"]) }, ({ count }) => {
    return mul(count, 0.5);
  });

export const W211 = () =>
  describing({ x: spec("f32", ["B", 28, 28]) }, ({ x }) => {
    return x.reshape(["B", 768]);
  });

export const W212 = () =>
  describing({ x: spec("f32", ["B", 0]) }, ({ x }) => {
    return max(x, { axes: [1] });
  });

export const W213 = () =>
  describing({ x: spec("f32", ["B", 8, 16]) }, ({ x }) => {
    return transpose(x, [0, 2, 2]);
  });

export const W214 = () =>
  describing({ x: spec("f32", [10]) }, ({ x }) => {
    return slice(x, [{ start: 4, end: 12 }]);
  });

export const W215 = () =>
  describing({ x: spec("f32", ["B", 8]) }, ({ x }) => {
    return slice(x, [{}, { end: 4 }, { end: 2 }]);
  });

export const W216 = () =>
  describing({ x: spec("f32", ["B", 8]) }, ({ x }) => {
    return pad(x, [{}, { low: -1 }]);
  });

export const W217 = () =>
  describing({ x: spec("f32", [10]) }, ({ x }) => {
    return slice(x, [{ step: -1 }]);
  });

export const W218 = () =>
  describing({ x: spec("f32", ["B", 3]), y: spec("f32", ["T", 5]) }, ({ x, y }) => {
    return concat([x, y], 1);
  });

export const W219 = () =>
  describing({ x: spec("f32", ["B"]) }, () => {
    return concat([]);
  });

export const W220 = () =>
  describing({ x: spec("f32", ["B"]) }, ({ x }) => {
    return clamp(x, 6, 0);
  });

export const W221 = () =>
  describing({ rows: spec("f32", ["B", 64]), ids: spec("i32", ["T"]) }, ({ rows, ids }) => {
    return scatterAdd(rows, ids, 100);
  });

export const W222 = () =>
  describing({ seed: spec("i32", []) }, ({ seed }) => {
    return randomBits(seed, [32, 128]);
  });

export const W223 = () =>
  describing(
    { cache: spec("f32", [8, 4, 64]), keys: spec("f32", [8, 6, 64]), at: spec("i32", []) },
    ({ cache, keys, at }) => {
      return dynamicUpdateSlice(cache, keys, at, 1);
    },
  );

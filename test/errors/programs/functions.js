// One mistake for each code of what the public functions refuse themselves.
import { add, chunk, expectShape, linear, spec, split, stack } from "../../../src/index.ts";
import { describing } from "./describing.js";

export const W230 = () =>
  describing({ x: spec("f32", ["B", 2]) }, ({ x }) => {
    return add(x, [1, 2]);
  });

export const W231 = () =>
  describing({ x: spec("f32", ["B", 12]) }, ({ x }) => {
    return expectShape(x, ["B", 10]);
  });

export const W232 = () =>
  describing({ x: spec("f32", ["B", 16, 4, 4]), w: spec("f32", [10, 256]) }, ({ x, w }) => {
    return linear(x, w);
  });

export const W233 = () =>
  describing({ x: spec("f32", []), w: spec("f32", [10, 1]) }, ({ x, w }) => {
    return linear(x, w);
  });

export const W234 = () =>
  describing({ x: spec("f32", ["B", 784]), w: spec("f32", [784]) }, ({ x, w }) => {
    return linear(x, w);
  });

export const W235 = () =>
  describing({ x: spec("f32", ["B", 3]), y: spec("f32", ["B", 4]) }, ({ x, y }) => {
    return stack([x, y]);
  });

export const W236 = () =>
  describing({ x: spec("f32", ["B", 3]) }, ({ x }) => {
    return split(x, [2, 2], 1)[0];
  });

export const W237 = () =>
  describing({ x: spec("f32", ["B", 12]) }, ({ x }) => {
    return chunk(x, 5, 1)[0];
  });

// One mistake for each code of recurrences.
import { add, scan, spec, tanh } from "../../../src/index.ts";
import { gru, lstm } from "../../../src/nn/index.ts";
import { describing, readGraph } from "./describing.js";

export const W270 = () => {
  return readGraph("W270.weft");
};

export const W271 = () => {
  return readGraph("W271.weft");
};

export const W272 = () =>
  describing({ h: spec("f32", [4]), x: spec("f32", ["T", 4]), y: spec("f32", ["U", 4]) }, ({ h, x, y }) => {
    return scan({ carry: { h }, over: { x, y }, step: ({ h }, { x, y }) => ({ carry: { h: add(h, add(x, y)) } }) })
      .carry.h;
  });

export const W273 = () =>
  describing({ h: spec("f32", [4]) }, ({ h }) => {
    return scan({ carry: { h }, over: {}, step: ({ h }) => ({ carry: { h: tanh(h) } }) }).carry.h;
  });

export const W274 = () =>
  describing({ h: spec("f32", [4]), x: spec("f32", ["T", 4]) }, ({ h, x }) => {
    return scan({ carry: { h }, over: { x }, step: ({ h }, { x }) => ({ carry: { state: add(h, x) } }) }).carry.h;
  });

export const W275 = () =>
  describing({ h: spec("f32", [4]), x: spec("f32", ["T", "B", 4]) }, ({ h, x }) => {
    return scan({ carry: { h }, over: { x }, step: ({ h }, { x }) => ({ carry: { h: add(h, x) } }) }).carry.h;
  });

export const W276 = () => {
  return readGraph("W276.weft");
};

export const W277 = () =>
  describing(
    { x: spec("f32", ["B", 16]) },
    ({ x }, { read }) => {
      return read(x).output;
    },
    { read: lstm(16, 32) },
  );

export const W278 = () => {
  return gru(4, 0);
};

// One mistake for each code of feeding, running and reading compiled models.
import { compileSync, defineModel, gather, param, spec } from "../../../src/index.ts";

const table = defineModel({
  name: "table",
  params: { rows: param([3, 2]) },
  inputs: { index: spec("i32", ["B"]), mask: spec("bool", ["B"]), scale: spec("f32", ["B", 2]) },
  forward: ({ rows }, { index, mask, scale }) => ({
    y: gather(rows, index)
      .mul(scale)
      .mul(mask.cast("f32").reshape(["B", 1])),
  }),
});

const model = compileSync(table, { dims: { B: 2 } });
const index = Int32Array.of(0, 2);
const mask = Uint8Array.of(1, 0);
const scale = new Float32Array(4);

export const W301 = () => {
  return model({ index, mask });
};

export const W302 = () => {
  return model({ index, mask, scale, indices: index });
};

export const W303 = () => {
  return model({ index, mask, scale: [1, 2, 3, 4] });
};

export const W304 = () => {
  return model({ index, mask, scale: { data: scale, shape: [4, 1] } });
};

export const W305 = () => {
  return model({ index, mask, scale: new Float32Array(6) });
};

export const W306 = () => {
  return model({ index: Int32Array.of(0, 3), mask, scale });
};

export const W307 = () => {
  return model.parameters.get("row");
};

export const W308 = () => {
  return model.executable.run("step", {});
};

export const W309 = () => {
  return model.parameters.restore({});
};

export const W310 = () => {
  return model({ index, mask: Uint8Array.of(1, 2), scale });
};

export const W311 = () => {
  const wide = defineModel({
    name: "wide",
    params: {},
    inputs: { x: spec("f32", ["B", 1]) },
    forward: (_, { x }) => ({ y: x.exp(), z: x.neg() }),
  });
  return compileSync(wide, { dims: { B: 2 ** 30 } });
};

export const W312 = () => {
  const slow = compileSync(table, { dims: { B: 2 }, backend: "reference" });
  return slow.profile({ index, mask, scale });
};

export const W313 = () => {
  return model({ index, mask, scale }, { into: { z: new Float32Array(4) } });
};

export const W314 = () => {
  return compileSync(table, { dims: { B: 2 }, memoryLimit: 1000 });
};

// One mistake for each code of files, checkpoints and runs; each program is given a folder of its own.
import { writeFileSync } from "node:fs";
import { checkpoints } from "../../../src/cli/training/index.ts";
import { generate } from "../../../src/codegen/index.ts";
import { loadSafetensors, saveSafetensors } from "../../../src/formats/index.ts";
import {
  compileSync,
  defineModel,
  encodeSafetensors,
  evaluate,
  fit,
  linear,
  mean,
  param,
  spec,
  training,
} from "../../../src/index.ts";
import { sgd } from "../../../src/optim/index.ts";

const line = defineModel({
  name: "line",
  params: { weight: param([1, 2]) },
  inputs: { x: spec("f32", ["B", 2]) },
  forward: ({ weight }, { x }) => ({ y: linear(x, weight) }),
});

const trainer = compileSync(training(line, { loss: ({ y }) => mean(y), optimizer: sgd({ learningRate: 0.1 }) }), {
  dims: { B: 4 },
});

const x = new Float32Array(16);

export const W401 = async (folder) => {
  writeFileSync(`${folder}/short.safetensors`, "abc");
  return await loadSafetensors(`${folder}/short.safetensors`);
};

export const W402 = async (folder) => {
  writeFileSync(`${folder}/taken`, "");
  return await saveSafetensors(`${folder}/taken/line.safetensors`, trainer.parameters.all());
};

export const W403 = async (folder) => {
  return await loadSafetensors(`${folder}/none.safetensors`);
};

export const W404 = () => {
  return generate(trainer, { name: "../outside" });
};

export const W406 = () => {
  return encodeSafetensors({ bias: { dtype: "f32", shape: [3], data: Float32Array.of(1, 2) } });
};

export const W502 = () => {
  return trainer.step({ x: Float32Array.of(1, 2, Number.NaN, 4, 5, 6, 7, 8) });
};

export const W506 = () => {
  return trainer.predictAveraged({ x });
};

export const W510 = async () => {
  const labelled = defineModel({
    ...line,
    inputs: { x: spec("f32", ["B", 2]), label: spec("f32", ["B", 1]) },
    forward: ({ weight }, { x, label }) => ({ y: linear(x, weight).sub(label) }),
  });
  const described = training(labelled, { loss: ({ y }) => mean(y), optimizer: sgd({ learningRate: 0.1 }) });
  return await fit(compileSync(described, { dims: { B: 4 } }), { data: { x, label: new Float32Array(7) }, epochs: 1 });
};

export const W512 = async () => {
  return await fit(trainer, { data: { x: new Float32Array(15) }, epochs: 1 });
};

export const W513 = async () => {
  return await evaluate(trainer, { x: new Float32Array(0) });
};

export const W514 = async () => {
  return await fit(trainer, { data: [], epochs: 1 });
};

export const W515 = async () => {
  return await fit(trainer, { data: { x }, epochs: 1, earlyStopping: { metric: "validation.loss", patience: 3 } });
};

export const W516 = async (folder) => {
  await fit(trainer, { data: { x }, epochs: 1, checkpoint: checkpoints(folder) });
  return await fit(trainer, { data: { x }, epochs: 2, shuffle: 5, checkpoint: checkpoints(folder) });
};

export const W517 = async (folder) => {
  writeFileSync(`${folder}/step-000000002.safetensors`, "abc");
  return await fit(trainer, { data: { x }, epochs: 1, checkpoint: checkpoints(folder) });
};

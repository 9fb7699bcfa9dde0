// onnxruntime-node: the same runtime compiled for the processor, on one thread. It may use instructions that WebAssembly has
// not, so it is shown and not compared with.
import * as ort from "onnxruntime-node";
import { onnxContender } from "../onnx/contender.ts";

const options = {
  executionProviders: ["cpu"],
  graphOptimizationLevel: "all",
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
};

export const contender = onnxContender(() => Promise.resolve({ runtime: ort, options }), "onnxruntime-node", "native");

// onnxruntime-web: ONNX Runtime compiled to WebAssembly, one thread.
import * as ort from "onnxruntime-web";
import { onnxContender } from "../onnx/contender.ts";

export const contender = onnxContender(() => {
  ort.env.wasm.numThreads = 1;
  return Promise.resolve({ runtime: ort, options: { executionProviders: ["wasm"], graphOptimizationLevel: "all" } });
}, "onnxruntime-web");

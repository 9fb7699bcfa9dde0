// onnxruntime-web: ONNX Runtime compiled to WebAssembly, on one thread or two.
import * as ort from "onnxruntime-web";
import { onnxContender } from "../onnx/contender.ts";

const inThreads = (numThreads: number, aside?: string) =>
  onnxContender(
    () => {
      ort.env.wasm.numThreads = numThreads;
      return Promise.resolve({
        runtime: ort,
        options: { executionProviders: ["wasm"], graphOptimizationLevel: "all" },
      });
    },
    "onnxruntime-web",
    aside,
  );

export const contender = inThreads(1);
export const twoThreads = inThreads(2, "two threads");

// The first result of ONNX Runtime: the package is the last argument.
import { readFileSync } from "node:fs";
import { floats } from "../contenders/contender.ts";
import type { OnnxRuntime } from "../onnx/session.ts";
import { floatsIn } from "./files.ts";
import { begin, report } from "./report.ts";

const [folder = "", output = "", name = ""] = process.argv.slice(2);
const x = floatsIn(`${folder}/x.bin`);
const end = begin();
// One of two packages with one API.
const runtime = (await import(name)) as OnnxRuntime & { readonly env: { readonly wasm: { numThreads: number } } };
runtime.env.wasm.numThreads = 1;
const session = await runtime.InferenceSession.create(readFileSync(`${folder}/model.onnx`), {
  graphOptimizationLevel: "all",
  intraOpNumThreads: 1,
});
const results = await session.run({ x: new runtime.Tensor("float32", x, [32, 784]) });
const data = floats(results[output]?.data);
report(end(), { [output]: data });
process.exit();

// The first result of TensorFlow.js on WebAssembly for a perceptron of two layers.
import { floats } from "../contenders/contender.ts";
import { floatsIn } from "./files.ts";
import { begin, report } from "./report.ts";

const [folder = "", output = ""] = process.argv.slice(2);
const x = floatsIn(`${folder}/x.bin`);
const end = begin();
const tf = await import("@tensorflow/tfjs");
const { setThreadsCount } = await import("@tensorflow/tfjs-backend-wasm");
setThreadsCount(1);
await tf.setBackend("wasm");
const given = (name: string, shape: readonly number[]) => tf.tensor(floatsIn(`${folder}/${name}.bin`), shape);
const hidden = tf.fused.matMul({
  a: tf.tensor(x, [32, 784]),
  b: given("weight1", [784, 128]),
  bias: given("weight2", [128]),
  activation: "relu",
});
const result = tf.fused.matMul({ a: hidden, b: given("weight3", [128, 10]), bias: given("weight4", [10]) });
const data = floats(result.dataSync());
report(end(), { [output]: data });

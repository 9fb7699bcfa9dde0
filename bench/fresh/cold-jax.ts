// The first result of jax-js for a perceptron of two layers.
import { floats } from "../contenders/contender.ts";
import { floatsIn } from "./files.ts";
import { begin, report } from "./report.ts";

const [folder = "", output = ""] = process.argv.slice(2);
const x = floatsIn(`${folder}/x.bin`);
const end = begin();
const { defaultDevice, init, jit, nn, numpy } = await import("@jax-js/jax");
await init("wasm");
defaultDevice("wasm");
const given = (name: string, shape: number[]) => numpy.array(floatsIn(`${folder}/${name}.bin`)).reshape(shape);
const network = jit((image, w1, b1, w2, b2) => numpy.matmul(nn.relu(numpy.matmul(image, w1).add(b1)), w2).add(b2));
const result = network(
  numpy.array(x).reshape([32, 784]),
  given("weight1", [784, 128]),
  given("weight2", [128]),
  given("weight3", [128, 10]),
  given("weight4", [10]),
);
const data = floats(result.dataSync());
report(end(), { [output]: data });

// What the example says on the terminal: what was compiled, and how large it is written out.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { emit } from "../../src/codegen/index.ts";
import { compile } from "../../src/index.ts";
import { weightsOf } from "./classify.ts";
import { lenet } from "./lenet.ts";
import { batch, type DigitsTrainer } from "./train.ts";

export const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
const kilobytes = (bytes: number): string => `${(bytes / 1024).toFixed(1)} KiB`;
export const print = (name: string, value: string): void => console.log(`${name.padEnd(17)}${value}`);

/** Says what was compiled; gives the number of weights. */
export const describe = (trainer: DigitsTrainer, milliseconds: number): number => {
  const { program, trace } = trainer;
  const count = Object.values(weightsOf(trainer)).reduce((sum, { data }) => sum + data.length, 0);
  const { bytes, parameterBytes, arenaBytes } = program.memory;
  print("model", "LeNet-5: conv 5x5 6, pool, conv 5x5 16, pool, linear 120, 84, 10");
  print("parameters", count.toLocaleString("en"));
  print(
    "memory",
    `${kilobytes(bytes)}: parameters and optimizer ${kilobytes(parameterBytes)}, arena ${kilobytes(arenaBytes)}`,
  );
  print("passes", trace.steps.map(({ name }) => name).join(", "));
  print("kernels", `${program.kernels.size}, compiled in ${milliseconds.toFixed(0)} ms`);
  return count;
};

/** Writes the network out for inference, and says how large it is. */
export const writeOut = async (trainer: DigitsTrainer, directory: string): Promise<void> => {
  const model = await compile(lenet, { dims: { B: batch } });
  model.parameters.restore(weightsOf(trainer));
  for (const { file, bytes } of await emit(model, { directory })) {
    const zipped = gzipSync(readFileSync(file)).length;
    print("", `${file.padEnd(30)} ${kilobytes(bytes).padStart(10)} ${kilobytes(zipped).padStart(10)} gzip`);
  }
};

// A process of its own for one soak, `node --expose-gc child.ts NAME COUNT`: it does the same thing so many times, looks at its memory
// now and then, and prints a line of JSON for each look: how often it was done, the heap after a collection, and the resident set.
import { compileSync, defineModel, spec } from "../../src/index.ts";
import { linear } from "../../src/nn/index.ts";
import { labels, numbers, perceptronTraining } from "../support/small-models.ts";

/** One look at the process. */
export interface Sample {
  readonly done: number;
  readonly heap: number;
  readonly resident: number;
}

/** How often a soak is looked at. */
const looks = 50;

const { gc } = globalThis as { readonly gc?: () => void };

const sample = (done: number): Sample => {
  gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  return { done, heap: heapUsed, resident: rss };
};

/** One step of a training and one prediction, into arrays that are there. */
const runs = (): (() => void) => {
  const trainer = compileSync(perceptronTraining, { dims: { B: 4 } });
  const { executable } = trainer;
  const features = numbers(4 * 6, 3);
  const feeds = { predict: { features }, step: { features, label: labels(4, 3) } };
  const into = { predict: executable.run("predict", feeds.predict), step: executable.run("step", feeds.step) };
  const options = { predict: { into: into.predict }, step: { into: into.step } };
  return () => {
    executable.run("step", feeds.step, options.step);
    executable.run("predict", feeds.predict, options.predict);
  };
};

/** A model described, compiled, run and let go. */
const compiles = (): (() => void) => {
  let count = 0;
  return () => {
    const model = defineModel({
      name: "dropped",
      params: { layer: linear(4, 1 + (count++ % 5)) },
      inputs: { x: spec("f32", [2, 4]) },
      forward: (p, { x }) => ({ y: p.layer(x).tanh() }),
    });
    compileSync(model)({ x: numbers(8, count) });
  };
};

const soaks: Readonly<Record<string, () => () => void>> = { runs, compiles };

const [, , name = "", count = ""] = process.argv;
const once = soaks[name]?.();
if (once === undefined || gc === undefined) throw new Error("node --expose-gc child.ts (runs | compiles) COUNT");
const total = Number(count);
// Engines compile what is hot, and keep what they have learnt: only then is there something to compare with.
for (let at = 0; at < total / 10; at++) once();
console.log(JSON.stringify(sample(0)));
for (let look = 1; look <= looks; look++) {
  for (let at = 0; at < total / looks; at++) once();
  console.log(JSON.stringify(sample(Math.round((look * total) / looks))));
}

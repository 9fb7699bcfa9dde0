// A trained network as a folder that needs nothing: emit writes it, and what is imported back from that folder knows
// nothing of weftgraph, keeps its own parameters, and gives the same bits. In WebAssembly and in plain JavaScript.
import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { emit } from "../src/codegen/index.ts";
import { compile, defineModel, relu, softmax, spec } from "../src/index.ts";
import { linear } from "../src/nn/index.ts";

const model = defineModel({
  name: "scorer",
  params: { hidden: linear(8, 32), output: linear(32, 3) },
  inputs: { features: spec("f32", ["B", 8]) },
  forward: (p, { features }) => ({ scores: softmax(p.output(relu(p.hidden(features))), 1) }),
});

/** What an emitted module exports, as its .d.ts says it. */
interface Emitted {
  readonly load: () => Promise<{
    readonly predict: (feeds: { readonly features: Float32Array }) => {
      readonly scores: { readonly data: Float32Array };
    };
    readonly parameters: { readonly restore: (bytes: Uint8Array) => void };
  }>;
}

const bitsOf = (data: Float32Array): string =>
  Array.from(data, (value) => new Uint32Array(Float32Array.of(value).buffer)[0]?.toString(16)).join(" ");

const scorer = await compile(model, { dims: { B: 1 } });
const features = Float32Array.from({ length: 8 }, (_, at) => Math.sin(at));
const wanted = bitsOf(scorer({ features }).scores.data);

let equal = 0;
for (const format of ["wasm", "js"] as const) {
  const directory = `out/scorer-${format}`;
  for (const { file, bytes } of await emit(scorer, { directory, format }))
    console.log(`${file.padEnd(36)} ${bytes} bytes`);

  // Its address is known when this runs and not before, so its .d.ts cannot say its type here.
  const { load } = (await import(pathToFileURL(resolve(directory, "scorer.mjs")).href)) as Emitted;
  const emitted = await load();
  const other = await load();
  other.parameters.restore(readFileSync(`${directory}/scorer.safetensors`));
  const scores = [emitted, other].map((each) => bitsOf(each.predict({ features }).scores.data));
  console.log(`${format}: ${scores[0]}`);
  if (scores.every((bits) => bits === wanted)) equal++;
}
assert.equal(equal, 2);
console.log(`${equal} of 2 modules give the bits of the compiled model`);

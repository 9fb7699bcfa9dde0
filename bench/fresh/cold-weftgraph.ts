// The first result of an emitted module.
import { readFileSync } from "node:fs";
import { floatsIn } from "./files.ts";
import { begin, report } from "./report.ts";

/** What the module exports. */
interface Emitted {
  readonly create: (assets: { readonly wasm: Uint8Array; readonly weights: Uint8Array }) => {
    readonly predict: (
      feeds: Readonly<Record<string, Float32Array>>,
    ) => Readonly<Record<string, { readonly data: Float32Array }>>;
  };
}

const [folder = ""] = process.argv.slice(2);
const x = floatsIn(`${folder}/x.bin`);
const end = begin();
// It was emitted by the process that started this one.
const { create } = (await import(`${folder}/network.mjs`)) as Emitted;
const [wasm, weights] = [readFileSync(`${folder}/network.wasm`), readFileSync(`${folder}/network.safetensors`)];
const results = create({ wasm, weights }).predict({ x });
report(end(), Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data])));

// Products without WebAssembly: as the text of a module in JavaScript, and as closures.
import { pathToFileURL } from "node:url";
import { emit } from "../../../src/codegen/index.ts";
import { compileSync, defineModel, matmul, spec } from "../../../src/index.ts";
import { temporaryFolder } from "../../fresh/cold-start.ts";
import { type Arrays, input } from "../../workloads/computation.ts";
import type { MatmulTask } from "../../workloads/matmul.ts";
import type { Contender, Offers, Prepared } from "../contender.ts";

const productOf = ({ rows, inner, columns }: MatmulTask) =>
  defineModel({
    name: "product",
    params: {},
    inputs: { a: spec("f32", [rows, inner]), b: spec("f32", [inner, columns]) },
    forward: (_, { a, b }) => ({ c: matmul(a, b) }),
  });

type Run = (feeds: { readonly a: Float32Array<ArrayBuffer>; readonly b: Float32Array<ArrayBuffer> }) => {
  readonly c: { readonly data: Float32Array<ArrayBuffer> };
};

const prepared = (run: Run, inputs: Arrays): Prepared => {
  const feeds = { a: input(inputs, "a"), b: input(inputs, "b") };
  return { run: () => ({ c: run(feeds).c.data }) };
};

const asModule = async (task: MatmulTask, inputs: Arrays): Promise<Prepared> => {
  const directory = temporaryFolder();
  await emit(compileSync(productOf(task)), { directory, format: "js" });
  // The module that was just written.
  const { create } = (await import(pathToFileURL(`${directory}/product.mjs`).href)) as {
    readonly create: (assets: object) => { readonly predict: Run };
  };
  return prepared(create({}).predict, inputs);
};

const asClosures = (task: MatmulTask, inputs: Arrays): Prepared =>
  prepared(compileSync(productOf(task), { backend: "closure" }), inputs);

const elsewhere = () => ({ lacks: "measured by weftgraph" });

/** One of our ways to do without WebAssembly, which is there for that kind alone. */
const scriptContender = (
  name: string,
  prepare: (task: MatmulTask, inputs: Arrays) => Prepared | Promise<Prepared>,
): Contender => {
  const offers: Offers = {
    attention: elsewhere,
    attentionGradient: elsewhere,
    matmul: elsewhere,
    network: elsewhere,
    training: elsewhere,
    compile: elsewhere,
    coldStart: elsewhere,
    script: () => ({ forms: { [name]: { prepare } } }),
  };
  return { start: () => Promise.resolve(offers) };
};

export const javascript = scriptContender("emitted module", asModule);
export const closure = scriptContender("closures", asClosures);

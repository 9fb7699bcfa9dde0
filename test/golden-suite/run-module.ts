// Runs the network of a case as a user would: a model of the public entry, compiled for a backend, its parameters restored
// from the file. Loss and gradients are outputs of the same model. On the reference every float is f64, constants included, so
// that what is compared is the meaning and not its rounding; elsewhere every float is f32.
import {
  type BackendName,
  compileSync,
  defineModel,
  differentiate,
  type InputSpec,
  type NDArray,
  type SpecTree,
  spec,
  type Tensor,
  withMode,
} from "../../src/index.ts";
import { type DType, dtypes, isFloat } from "../../src/ir/types/dtype.ts";
import type { NdArray } from "../../src/ir/types/ndarray.ts";
import { flattenSpecs } from "../../src/model/parameter.ts";
import { NotUnderstood, words } from "./config.ts";
import type { Arrays, ModuleCase } from "./golden-case.ts";
import type { Inputs, Network, Tensors } from "./network.ts";

/** The dtype of real numbers on a backend. */
export const realOn = (backend: BackendName): "f32" | "f64" => (backend === "reference" ? "f64" : "f32");

/** A tree of parameters with every float of one dtype. */
export const inPrecision = (tree: SpecTree, real: "f32" | "f64"): SpecTree => {
  if ("kind" in tree && tree.kind === "parameter") return isFloat(tree.dtype) ? { ...tree, dtype: real } : tree;
  if ("kind" in tree && tree.kind === "layer") return { ...tree, params: inPrecision(tree.params, real) };
  if (Array.isArray(tree)) return tree.map((each: SpecTree) => inPrecision(each, real));
  return Object.fromEntries(
    Object.entries(tree).map(([name, child]: [string, SpecTree]) => [name, inPrecision(child, real)]),
  );
};

const dtypeOn = ({ dtype }: NdArray, real: "f32" | "f64"): DType => (isFloat(dtype) ? real : dtype);

/** An array as it is fed. */
export const fed = (array: NdArray, real: "f32" | "f64"): NDArray => {
  const dtype = dtypeOn(array, real);
  const data = dtypes[dtype].allocate(array.data.length);
  data.set(array.data);
  return { dtype, shape: array.shape, data };
};

/** All arrays as they are fed. */
export const fedAll = (arrays: Arrays, real: "f32" | "f64"): Record<string, NDArray> =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, fed(array, real)]));

/** The parameters of a network must be those of the case: the same names and shapes. */
export const requireParameters = (params: SpecTree, stored: Arrays): void => {
  const specs = new Map(flattenSpecs(params));
  const missing = Object.keys(stored).filter((name) => !specs.has(name));
  const extra = [...specs.keys()].filter((name) => stored[name] === undefined);
  if (missing.length + extra.length > 0)
    throw new Error(
      `the network has other parameters than the case: ${[...missing.map((name) => `no ${name}`), ...extra.map((name) => `also ${name}`)].join(", ")}`,
    );
  for (const [name, { shape }] of specs) {
    const wanted = stored[name]?.shape;
    if (`${shape}` !== `${wanted}`) throw new Error(`${name} is [${shape}] in the network and [${wanted}] in the case`);
  }
};

/** The tensor at a path of bound parameters: layers have theirs as properties. */
const parameterAt = (bound: unknown, path: string): Tensor =>
  // The path is one of the tree that was bound, so a tensor stands at its end.
  path.split(".").reduce<unknown>((tree, name) => (tree as Readonly<Record<string, unknown>>)[name], bound) as Tensor;

const cotangent = (name: string): string => `cotangent of ${name}`;

/** The sum of cotangents times outputs; outputs without a cotangent do not enter. */
const vectorProduct = (outputs: Tensors, fed: Tensors): Tensor => {
  const [first, ...rest] = Object.entries(outputs).flatMap(([name, output]) => {
    const weight = fed[cotangent(name)];
    return weight === undefined ? [] : [output.mul(weight).sum()];
  });
  if (first === undefined) throw new Error("no output has a cotangent");
  return rest.reduce((total, term) => total.add(term), first);
};

/** What a run gives, under the names by which it is compared. */
export interface ModuleRun {
  readonly outputs: Readonly<Record<string, NDArray>>;
  readonly loss: number;
  readonly gradients: Readonly<Record<string, NDArray>>;
  readonly buffersAfter: Readonly<Record<string, NDArray>>;
}

const outputName = (name: string): string => `output ${name}`;
const gradientName = (name: string): string => `gradient of ${name}`;
const bufferName = (name: string): string => `${name} after`;

/** Cases in training mode say so; all others are at inference, as are those that say nothing. */
const modeOf = ({ config }: ModuleCase): "training" | "inference" => {
  const mode = words(config, "mode") || "eval";
  if (/^eval\b/.test(mode)) return "inference";
  if (/^train\b/.test(mode)) return "training";
  throw new NotUnderstood(`mode ${JSON.stringify(mode)}`);
};

const describe = ({ forward, loss: ownLoss }: Network, stored: ModuleCase, bound: never, tensors: Tensors): Tensors => {
  const input: Inputs = (name) => {
    const tensor = tensors[name];
    if (tensor === undefined || stored.inputs[name] === undefined) throw new Error(`the case has no input ${name}`);
    return tensor;
  };
  const { result: outputs, updates } = withMode(modeOf(stored), () => forward(bound, input));
  const loss = ownLoss?.(outputs, input) ?? vectorProduct(outputs, tensors);
  const wanted = Object.keys(stored.expected.gradients);
  const sources = wanted.map((name) => (stored.inputs[name] === undefined ? parameterAt(bound, name) : input(name)));
  const gradients = differentiate(loss, sources);
  const buffers = Object.keys(stored.expected.buffersAfter).map((name): readonly [string, Tensor] => {
    const buffer = parameterAt(bound, name);
    return [bufferName(name), updates.get(buffer) ?? buffer];
  });
  return {
    ...Object.fromEntries(buffers),
    ...Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [outputName(name), tensor])),
    loss,
    ...Object.fromEntries(wanted.map((name, at) => [gradientName(name), gradients[at] ?? loss])),
  };
};

/** Builds, compiles and runs a case on a backend. */
export const runModule = (described: Network, stored: ModuleCase, backend: BackendName): ModuleRun => {
  if (stored.ownLoss !== (described.loss !== undefined))
    throw new Error(
      stored.ownLoss ? "the network lacks the loss that the case has" : "the case has no loss of its own",
    );
  const real = realOn(backend);
  const params = inPrecision(described.params, real);
  requireParameters(params, { ...stored.parameters, ...stored.buffers });
  const cotangents = Object.fromEntries(
    Object.entries(stored.cotangents).map(([name, array]) => [cotangent(name), array]),
  );
  const arrays = { ...stored.inputs, ...cotangents };
  const inputs = Object.fromEntries(
    Object.entries(arrays).map(([name, array]): [string, InputSpec] => [name, spec(dtypeOn(array, real), array.shape)]),
  );
  const model = defineModel({
    name: stored.name,
    params,
    inputs,
    // `network` tied the function to the tree whose parameters these are.
    forward: (bound, tensors) => describe(described, stored, bound, tensors),
  });
  const compiled = compileSync(model, { backend });
  compiled.parameters.restore(fedAll({ ...stored.parameters, ...stored.buffers }, real));
  return resultsOf(compiled(fedAll(arrays, real)), stored);
};

const resultsOf = (results: Readonly<Record<string, NDArray>>, stored: ModuleCase): ModuleRun => {
  const { outputs, gradients, buffersAfter } = stored.expected;
  const named = (arrays: Arrays, name: (of: string) => string): Record<string, NDArray> =>
    Object.fromEntries(
      Object.keys(arrays).flatMap((of) => {
        const found = results[name(of)];
        return found === undefined ? [] : [[of, found]];
      }),
    );
  const loss = results["loss"]?.data[0] ?? Number.NaN;
  return {
    outputs: named(outputs, outputName),
    loss,
    gradients: named(gradients, gradientName),
    buffersAfter: named(buffersAfter, bufferName),
  };
};

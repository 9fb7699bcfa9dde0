// A case as its file holds it: what is computed and on which numbers, what PyTorch got in double precision, and what PyTorch
// itself loses when it computes in f32. The format is described in test/golden/README.md. Nothing is believed of a file:
// whatever is missing or of another kind is said with the file's name.
import { type NdArray, sizeOf } from "../../src/ir/types/ndarray.ts";
import {
  type Fields,
  GoldenFileError,
  number,
  type Place,
  parseJson,
  readText,
  record,
  refuse,
  text,
} from "./checked-json.ts";

/** Arrays by name. Floats are f64 whatever they were stored as; masks, stored as bytes, are bool. */
export type Arrays = Readonly<Record<string, NdArray>>;

/** What a case says is computed: fields of any kind, read through `config.ts`. */
export type Config = Readonly<Record<string, unknown>>;

/** What was computed once: of a network and its gradients. */
export interface ExpectedResults {
  readonly outputs: Arrays;
  readonly loss: number;
  /** By the name of the input or parameter; no name is both. */
  readonly gradients: Arrays;
  readonly buffersAfter: Arrays;
}

/** One step of an optimizer: the rate it used, loss and gradient norm before it, parameters after it. */
export interface ExpectedStep {
  readonly learningRate: number;
  readonly loss: number;
  readonly gradientNorm: number | undefined;
  readonly parameters: Arrays;
}

interface CaseFacts {
  readonly name: string;
  readonly config: Config;
  readonly inputs: Arrays;
  readonly parameters: Arrays;
  readonly buffers: Arrays;
  readonly cotangents: Arrays;
  /** The largest absolute value among the outputs and among the gradients. */
  readonly scale: { readonly forward: number; readonly grads: number };
  /** The largest errors of PyTorch in f32. */
  readonly float32Error: { readonly forward: number; readonly loss: number; readonly grads: number };
}

/** A network run once. */
export interface ModuleCase extends CaseFacts {
  readonly kind: "module";
  /** Whether the loss is the case's own; otherwise it is the sum of cotangents times outputs. */
  readonly ownLoss: boolean;
  readonly expected: ExpectedResults;
}

/** A network trained for some steps. */
export interface OptimizerCase extends CaseFacts {
  readonly kind: "optimizer";
  readonly steps: readonly ExpectedStep[];
}

export type GoldenCase = ModuleCase | OptimizerCase;

/** How each stored dtype is held in the file, and what it is in a graph. */
const storedTypes = {
  f64: { elements: Float64Array, dtype: "f64" },
  f32: { elements: Float32Array, dtype: "f64" },
  i32: { elements: Int32Array, dtype: "i32" },
  u8: { elements: Uint8Array, dtype: "bool" },
} as const;

const isStoredType = (name: string): name is keyof typeof storedTypes => Object.hasOwn(storedTypes, name);

const isExtent = (extent: unknown): extent is number => Number.isSafeInteger(extent) && Number(extent) >= 0;

const tensor = (value: unknown, place: Place): NdArray => {
  const { dtype, shape, data } = record(value, place);
  const stored = text(dtype, [...place, "dtype"]);
  if (!isStoredType(stored))
    return refuse([...place, "dtype"], `is ${JSON.stringify(stored)}, not f64, f32, i32 or u8`);
  if (!Array.isArray(shape) || !shape.every(isExtent)) return refuse([...place, "shape"], "is no list of extents");
  const { elements, dtype: meant } = storedTypes[stored];
  const bytes = Uint8Array.from(Buffer.from(text(data, [...place, "data"]), "base64"));
  if (bytes.length !== sizeOf(shape) * elements.BYTES_PER_ELEMENT)
    return refuse([...place, "data"], `has ${bytes.length} bytes, which is not ${stored}[${shape}]`);
  return { dtype: meant, shape, data: Float64Array.from(new elements(bytes.buffer)) };
};

const tensors = (value: unknown, place: Place): Arrays =>
  Object.fromEntries(
    Object.entries(record(value ?? {}, place)).map(([name, each]) => [name, tensor(each, [...place, name])]),
  );

const scalar = (value: unknown, place: Place): number => {
  const { data } = tensor(value, place);
  const [element] = data;
  return element === undefined || data.length !== 1 ? refuse(place, `has ${data.length} elements, not 1`) : element;
};

const expectedResults = (value: unknown, place: Place): ExpectedResults => {
  const { outputs, loss, grad_inputs, grad_params, buffers_after } = record(value, place);
  return {
    outputs: tensors(outputs, [...place, "outputs"]),
    loss: scalar(loss, [...place, "loss"]),
    gradients: {
      ...tensors(grad_inputs, [...place, "grad_inputs"]),
      ...tensors(grad_params, [...place, "grad_params"]),
    },
    buffersAfter: tensors(buffers_after, [...place, "buffers_after"]),
  };
};

const expectedSteps = (value: unknown, place: Place): readonly ExpectedStep[] => {
  const { steps } = record(value, place);
  if (!Array.isArray(steps) || steps.length === 0) return refuse([...place, "steps"], "is no list of steps");
  return steps.map((step: unknown, position) => {
    const at = [...place, `steps[${position}]`];
    const { lr, loss, grad_norm, params } = record(step, at);
    return {
      learningRate: number(lr, [...at, "lr"]),
      loss: number(loss, [...at, "loss"]),
      gradientNorm: grad_norm === undefined || grad_norm === null ? undefined : number(grad_norm, [...at, "grad_norm"]),
      parameters: tensors(params, [...at, "params"]),
    };
  });
};

const factsOf = (fields: Fields, file: string): CaseFacts => {
  const scale = record(fields["scale"], [file, "scale"]);
  const errors = record(fields["float32_max_abs_err"], [file, "float32_max_abs_err"]);
  const figure = (of: Fields, key: string, name: string): number => number(of[key], [file, name, key]);
  return {
    name: text(fields["case"], [file, "case"]),
    config: record(fields["config"], [file, "config"]),
    inputs: tensors(fields["inputs"], [file, "inputs"]),
    parameters: tensors(fields["params"], [file, "params"]),
    buffers: tensors(fields["buffers"], [file, "buffers"]),
    cotangents: tensors(fields["cotangents"], [file, "cotangents"]),
    scale: { forward: figure(scale, "forward", "scale"), grads: figure(scale, "grads", "scale") },
    float32Error: {
      forward: figure(errors, "forward", "float32_max_abs_err"),
      loss: figure(errors, "loss", "float32_max_abs_err"),
      grads: figure(errors, "grads", "float32_max_abs_err"),
    },
  };
};

/** The case that a text holds; `file` is what errors call it. */
export const parseCase = (contents: string, file: string): GoldenCase => {
  const fields = record(parseJson(contents, file), [file]);
  if (fields["format"] !== "golden-1")
    return refuse([file, "format"], `is ${JSON.stringify(fields["format"])}, not "golden-1"`);
  const facts = factsOf(fields, file);
  const { kind, expected, loss_rule } = fields;
  if (kind === "optimizer") return { ...facts, kind, steps: expectedSteps(expected, [file, "expected"]) };
  if (kind !== "module") return refuse([file, "kind"], `is ${JSON.stringify(kind)}, not "module" or "optimizer"`);
  const ownLoss = !text(loss_rule, [file, "loss_rule"]).includes("cotangent");
  return { ...facts, kind, ownLoss, expected: expectedResults(expected, [file, "expected"]) };
};

/** Reads one file. */
export const readCase = (path: string): GoldenCase => parseCase(readText(path), path);

/** The array of that name among what a case gives: its inputs, parameters and buffers. */
export const given = ({ name: of, inputs, parameters, buffers }: GoldenCase, name: string): NdArray => {
  const array = inputs[name] ?? parameters[name] ?? buffers[name];
  if (array === undefined) throw new GoldenFileError(`${of}: there is no ${name} among its inputs and parameters`);
  return array;
};

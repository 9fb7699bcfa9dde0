// ONNX Runtime's API, which is the same in WebAssembly and native, and models as something to time.
import { floats } from "../contenders/contender.ts";
import { type Arrays, countOf, input } from "../workloads/computation.ts";
import { encodeModel, type OnnxModel } from "./model.ts";

/** A tensor of ONNX Runtime's. */
export interface OnnxTensor {
  readonly data: unknown;
}

/** The part of `onnxruntime-common` that the bench uses. */
export interface OnnxRuntime {
  readonly Tensor: new (
    type: "float32" | "int32",
    data: Float32Array | Int32Array,
    shape: readonly number[],
  ) => OnnxTensor;
  readonly InferenceSession: {
    create(model: Uint8Array, options: Readonly<Record<string, unknown>>): Promise<OnnxSession>;
  };
}

/** A model, ready to run. */
export interface OnnxSession {
  run(feeds: Readonly<Record<string, OnnxTensor>>): Promise<Readonly<Record<string, OnnxTensor>>>;
}

/** A runtime on one thread, all its optimizations switched on. */
export interface OnnxHost {
  readonly runtime: OnnxRuntime;
  readonly options: Readonly<Record<string, unknown>>;
}

/** A model as something to time: tensors of its inputs are made once, results come as arrays. */
export const session = async (
  { runtime, options }: OnnxHost,
  model: OnnxModel,
  inputs: Arrays,
): Promise<{ readonly run: () => Promise<Arrays> }> => {
  const created = await runtime.InferenceSession.create(encodeModel(model), options);
  const feeds = Object.fromEntries(
    Object.entries(model.inputs).map(([name, shape]) => [
      name,
      model.wholeNumbers?.includes(name) === true
        ? new runtime.Tensor("int32", Int32Array.from(input(inputs, name)), shape)
        : new runtime.Tensor("float32", input(inputs, name).subarray(0, countOf(shape)), shape),
    ]),
  );
  const names = Object.keys(model.outputs);
  return {
    run: async () => {
      const results = await created.run(feeds);
      return Object.fromEntries(
        names.map((name) => {
          const tensor = results[name];
          if (tensor === undefined) throw new Error(`no output ${name}`);
          return [name, floats(tensor.data)];
        }),
      );
    },
  };
};

// What the run time says of a call, and what the compiler says of it, side by side. One program holds a line for each call, so
// one run of the compiler judges all of them.

import { WeftError } from "../../../src/ir/diagnostics/diagnostic.ts";
import * as functions from "../../../src/ir/functions/index.ts";
import { graphBuilder } from "../../../src/ir/graph/builder.ts";
import { withTrace } from "../../../src/ir/graph/trace.ts";
import { traceOver } from "../../../src/ir/graph/traced-tensor.ts";
import { sentences } from "../../../src/ir/types/sentences.ts";
import { type TensorType, tensorType } from "../../../src/ir/types/tensor-type.ts";
import { bindSpecs, type SpecTree } from "../../../src/model/parameter.ts";
import * as nn from "../../../src/nn/index.ts";
import { sentenceOf, typeCheck } from "../type-check-program.ts";
import { isBlurred } from "./blurred.ts";
import { type Call, Code, Given, Widened } from "./calls.ts";

const dimsOf = (given: Given): string => {
  const extents = given.shape.map((extent, axis) => {
    const unknown = given.unknown?.extents[axis];
    return unknown === undefined ? JSON.stringify(extent) : `${JSON.stringify(extent)} as ${unknown}`;
  });
  return `[${extents.join(", ")}]${given.unknown?.rank === true ? " as Dims" : ""}`;
};

const printed = (value: unknown): string => {
  if (value instanceof Given)
    return `given("${value.dtype}"${value.unknown?.dtype === true ? " as DType" : ""}, ${dimsOf(value)})`;
  if (value instanceof Widened) return `${JSON.stringify(value.value)} as ${typeof value.value}`;
  if (value instanceof Code) return value.text;
  if (Array.isArray(value)) return `[${value.map(printed).join(", ")}]`;
  if (typeof value === "object" && value !== null)
    return `{ ${Object.entries(value)
      .map(([key, option]) => `${key}: ${printed(option)}`)
      .join(", ")} }`;
  return JSON.stringify(value);
};

/** The call as code; `f`, `nn`, `given` and `bound` are what `programOf` declares. */
export const printCall = ({ name, layer, isLoss = false, isMethod = false, given }: Call): string => {
  const list = given.map(printed).join(", ");
  if (isMethod) return `${printed(given[0])}.${name}(${given.slice(1).map(printed).join(", ")})`;
  if (layer !== undefined) return `bound(nn.${name}(${layer.map(printed).join(", ")}))(${list})`;
  return `${isLoss ? "nn" : "f"}.${name}(${list})`;
};

/** The tensors that a call gives, each with the path to it in the result. */
type Results = readonly (readonly [path: string, type: TensorType])[];

const resultsOf = (value: unknown, path = ""): Results => {
  if (typeof value !== "object" || value === null) return [];
  if ("type" in value && "shape" in value && "dtype" in value) return [[path, value.type as TensorType]]; // a tensor
  return Object.entries(value).flatMap(([key, part]) =>
    resultsOf(part, `${path}[${JSON.stringify(Array.isArray(value) ? Number(key) : key)}]`),
  );
};

/** A method of a tensor; the compiler looks at the same call with its types. */
const methodOf = (tensor: unknown, name: string): ((...given: readonly unknown[]) => unknown) => {
  const methods = tensor as Readonly<Record<string, (...given: readonly unknown[]) => unknown>>;
  return (...given) => methods[name]?.(...given);
};

/** What the run time makes of a call: the types of the results, or its refusal with code and sentence. */
export const described = ({ name, layer, isLoss = false, isMethod = false, given }: Call): Results | string => {
  const trace = traceOver(graphBuilder());
  let count = 0;
  const made = (value: unknown): unknown => {
    if (value instanceof Given) return trace.input(`x${count++}`, tensorType(value.dtype, value.shape));
    if (value instanceof Widened || value instanceof Code) return value.value;
    if (Array.isArray(value)) return value.map(made);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, option]) => [key, made(option)]));
  };
  // The compiler looks at the same call with its types.
  const table = (isLoss || layer !== undefined ? nn : functions) as unknown as Readonly<
    Record<string, (...given: readonly unknown[]) => unknown>
  >;
  const bound = (specs: unknown): unknown => bindSpecs(specs as SpecTree, (path, spec) => trace.parameter(path, spec));
  try {
    return withTrace(trace, () => {
      const operands = given.map(made);
      if (isMethod) return resultsOf(methodOf(operands[0], name)(...operands.slice(1)));
      const called =
        layer === undefined
          ? table[name]
          : (bound(table[name]?.(...layer)) as (...given: readonly unknown[]) => unknown);
      return resultsOf(called?.(...operands));
    });
  } catch (error) {
    if (!(error instanceof WeftError)) throw error;
    return error.message;
  }
};

const header = `
import * as f from "@/src/ir/functions/index.ts";
import type { DType } from "@/src/ir/types/dtype.ts";
import type { Dims, Tensor } from "@/src/ir/types/tensor.ts";
import type { Params, SpecTree } from "@/src/model/parameter.ts";
import * as nn from "@/src/nn/index.ts";
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare const given: <D extends DType, const S extends Dims>(dtype: D, shape: S) => Tensor<[...S], D>;
declare const bound: <T extends SpecTree>(layer: T) => Params<T>;
type Typed = { readonly shape: Dims; readonly dtype: DType };
type Of<T extends Typed> = [[...T["shape"]], T["dtype"]];
type Gives<T extends Typed, S extends Dims, D extends DType> = [Same<[...T["shape"]], [...S]>, Same<T["dtype"], D>] extends [true, true] ? true : { readonly instead: Of<T> };
type Loose<S> = { -readonly [Axis in keyof S]: number extends S[Axis] ? string | number : string extends S[Axis] ? string | number : S[Axis] };
type Fits<T extends Typed, S extends Dims, D extends DType> = [S, D] extends [Loose<[...T["shape"]]>, T["dtype"]] ? true : { readonly instead: Of<T> };
`;

/** A call with what both say of it. */
export interface Judged {
  readonly code: string;
  readonly call: Call;
  readonly runTime: Results | string;
  /** What the compiler says of the line: nothing, or the sentences it put there (whole messages where it said something else). */
  readonly compiler: readonly string[];
}

/** How many lines a program has at most: longer ones take more memory than is good. */
const linesAtOnce = 4000;

/** What the run time says of each call beside what the compiler says, in one run for as many as may be. */
export const judge = (calls: readonly Call[]): readonly Judged[] =>
  Array.from({ length: Math.ceil(calls.length / linesAtOnce) }, (_, at) =>
    judgeAtOnce(calls.slice(at * linesAtOnce, (at + 1) * linesAtOnce)),
  ).flat();

const judgeAtOnce = (calls: readonly Call[]): readonly Judged[] => {
  const asked = calls.map((call) => ({ call, code: printCall(call), runTime: described(call) }));
  const lines = asked.map(({ call, code, runTime }, at) => {
    if (typeof runTime === "string") return `${code};`;
    const claim = isBlurred(call.given) ? "Fits" : "Gives";
    const claims = runTime.map(
      ([path, { shape, dtype }]) =>
        `true satisfies ${claim}<(typeof x${at})${path}, ${JSON.stringify(shape)}, "${dtype}">;`,
    );
    return `const x${at} = ${code}; ${claims.join(" ")}`;
  });
  const { errors } = typeCheck(`${header}${lines.join("\n")}\n`);
  const first = header.split("\n").length;
  const said = new Map<number, string[]>();
  for (const { line, message } of errors)
    said.set(line - first, [...(said.get(line - first) ?? []), sentenceOf(message) ?? message]);
  return asked.map((one, at) => ({
    ...one,
    compiler: said.get(at) ?? [],
  }));
};

const codeOf = (sentence: string): string => sentence.slice(0, 4);

/** Whether a refusal is one that the editor promises to make as well. */
export const isPromised = (sentence: string): boolean => Object.hasOwn(sentences, codeOf(sentence));

/**
 * Whether both say the same. Of a call that is known whole: the same types, or the same refusal. Where less is known, and where the
 * run time refuses what types do not speak of, the compiler may let it pass, but what it says it says in a sentence.
 */
export const agrees = ({ call, runTime, compiler }: Judged): boolean => {
  if (typeof runTime !== "string") return compiler.length === 0;
  if (!isBlurred(call.given) && isPromised(runTime)) return compiler.length === 1 && compiler[0] === runTime;
  return compiler.length === 0 || (compiler.length === 1 && /^W\d{3}: /.test(compiler[0] ?? ""));
};

/** A disagreement as one line that reproduces it. */
export const printDisagreement = ({ code, runTime, compiler }: Judged): string => {
  const types = (results: Results): string =>
    results.map(([path, { dtype, shape }]) => `${path}${dtype}[${shape.join(", ")}]`).join(" ");
  return `${code}  // run time: ${typeof runTime === "string" ? runTime : types(runTime)}; compiler: ${compiler.join(" | ") || "accepted"}`;
};

// Whatever a caller without a type checker hands to a public function, a method, a layer or a compiled model, it is done or
// refused with a code: nothing ends in the words of an engine.
import { describe, expect, test } from "vitest";
import * as codegen from "../../src/codegen/index.ts";
import * as formats from "../../src/formats/index.ts";
import * as library from "../../src/index.ts";
import { type Tensor, WeftError } from "../../src/index.ts";
import { bindSpecs, type SpecTree } from "../../src/model/parameter.ts";
import * as nn from "../../src/nn/index.ts";
import * as optim from "../../src/optim/index.ts";
import { described } from "../support/described.ts";

type Loose = (...given: readonly unknown[]) => unknown;

/** Functions that are handed functions and call them as they are, and those that are for builders of graphs. */
const others = new Set(["WeftError", "withTrace", "withMode", "withPast", "traceOver", "graphBuilder"]);
const printers = new Set(["renderError", "renderDiagnostic", "printKernel", "printProgram"]);

const functionsOf = (module: object): readonly (readonly [name: string, call: Loose])[] =>
  Object.entries(module).flatMap(([name, value]: [string, unknown]) =>
    // Of public functions nothing is known here.
    typeof value === "function" && !others.has(name) && !printers.has(name) ? [[name, value as Loose] as const] : [],
  );

const wrong: readonly (readonly unknown[])[] = [
  [],
  [null],
  [undefined, null],
  ["a"],
  [3],
  [{}],
  [[1, 2]],
  [[null]],
  [() => 1],
  [-1],
  [Number.NaN],
  [[0.5]],
  [null, null, null],
  [8, 2, null],
];

/** What ended in the words of an engine. */
const unread = async (name: string, call: () => unknown): Promise<readonly string[]> => {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof WeftError)) return [`${name}: ${String(error)}`];
  }
  return [];
};

const all = async (calls: readonly (readonly [name: string, call: () => unknown])[]): Promise<readonly string[]> =>
  (await Promise.all(calls.map(([name, call]) => unread(name, call)))).flat();

const within = (describeIn: (x: Tensor) => unknown): unknown => {
  const trace = library.traceOver(library.graphBuilder());
  const x = trace.input("x", { dtype: "f32", shape: [2, 4] });
  return library.withTrace(trace, () => describeIn(x));
};

describe("wrong arguments", () => {
  const modules = { library, nn, optim, codegen, formats };

  test.each(Object.entries(modules))("of the functions of %s", async (_, module) => {
    const calls = functionsOf(module).flatMap(([name, call]) =>
      wrong.flatMap((given) => [
        [name, () => call(...given)] as const,
        [`${name} in a graph`, () => within(() => call(...given))] as const,
        [`${name} of a tensor`, () => within((x) => call(x, ...given))] as const,
        [`${name} of two tensors`, () => within((x) => call(x, x, ...given))] as const,
      ]),
    );
    expect(await all(calls)).toEqual([]);
  });

  test("of the methods of tensors", async () => {
    const names = within((x) => Object.getOwnPropertyNames(Object.getPrototypeOf(x))) as readonly string[];
    // Called by scalar functions alone, with the names of these.
    const methods = names.filter((name) => !["constructor", "binary", "compare"].includes(name));
    const calls = methods.flatMap((name) =>
      wrong.map((given) => [name, () => within((x) => (Reflect.get(x, name) as Loose).call(x, ...given))] as const),
    );
    expect(await all(calls)).toEqual([]);
  });

  test("of layers", async () => {
    const layers: Readonly<Record<string, SpecTree>> = {
      linear: nn.linear(4, 3),
      conv2d: nn.conv2d(3, 4, 3),
      embedding: nn.embedding(5, 4),
      layerNorm: nn.layerNorm(4),
      batchNorm: nn.batchNorm(4),
      attention: nn.multiHeadAttention(4, 2),
      lstm: nn.lstm(4, 3),
      encoder: nn.transformerEncoder(1, 4, 2),
      transformer: nn.transformer(4, 2, { encoderLayers: 1, decoderLayers: 1 }),
      dropout: nn.dropout(0.5),
    };
    const call = (tree: SpecTree, given: (x: Tensor) => readonly unknown[]): unknown => {
      const trace = library.traceOver(library.graphBuilder());
      const x = trace.input("x", { dtype: "f32", shape: [2, 4] });
      // Every one of these layers is a function of tensors.
      const bound = bindSpecs(tree, (path, spec) => trace.parameter(path, spec), "p") as Loose;
      return library.withTrace(trace, () => bound(...given(x)));
    };
    const calls = Object.entries(layers).flatMap(([name, tree]) =>
      wrong.flatMap((given) => [
        [name, () => call(tree, () => given)] as const,
        [`${name} of a tensor`, () => call(tree, (x) => [x, ...given])] as const,
      ]),
    );
    expect(await all(calls)).toEqual([]);
    expect(described(() => call(layers["lstm"] ?? {}, () => [null])).split("\n")[0]).toBe(
      "error[W230]: p: a tensor is expected, not null",
    );
  });

  test("of a compiled model and its parameters", async () => {
    const model = library.compileSync(
      library.defineModel({
        name: "m",
        params: { w: library.param([2]) },
        inputs: { x: library.spec("f32", [2]) },
        forward: (p, { x }) => ({ y: x.add(p.w) }),
      }),
    );
    const feeds = { x: new Float32Array(2) };
    const loose = model as unknown as Loose; // whatever is handed to it
    const { parameters, executable } = model;
    const members = { ...parameters, run: executable.run, profile: model.profile } as Readonly<Record<string, unknown>>;
    const calls = wrong.flatMap((given) => [
      ["model", () => loose(...given)] as const,
      ["model of feeds", () => loose(feeds, ...given)] as const,
      ...Object.entries(members).flatMap(([name, member]) =>
        typeof member === "function" && name !== "all"
          ? [
              [name, () => (member as Loose)(...given)] as const,
              [`${name} of w`, () => (member as Loose)("w", ...given)] as const,
            ]
          : [],
      ),
    ]);
    expect(await all(calls)).toEqual([]);
  });
});

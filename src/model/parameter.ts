// The parameters of a model as a tree of specifications: shapes, dtypes and how they start. The tree is the one source
// from which come the tensors that `forward` sees, the initial values, and the names ("blocks.3.attention.weight") under
// which parameters are saved, restored and frozen. Buffers (running statistics) are leaves that no optimizer changes.

import { atCaller } from "../ir/diagnostics/at-caller.ts";
import { goingOn } from "../ir/diagnostics/collecting.ts";
import { reject, weftError } from "../ir/diagnostics/diagnostic.ts";
import { expect } from "../ir/diagnostics/expect.ts";
import { inWords } from "../ir/diagnostics/in-words.ts";
import { captureLocation, isThrownByUs, type Location, withinLayer } from "../ir/diagnostics/location.ts";
import { noteTensors } from "../ir/graph/origins.ts";
import { isTensor } from "../ir/graph/traced-tensor.ts";
import type { DType } from "../ir/types/dtype.ts";
import type { Named, NamedBuffer } from "../ir/types/named.ts";
import type { Dims, Tensor } from "../ir/types/tensor.ts";
import { checkedDType, checkedShape, requireFunction } from "./declaration.ts";
import { type Initializer, zeros } from "./initializer.ts";

/** One parameter: a leaf of the tree. */
export interface ParamSpec<S extends Dims = Dims, D extends DType = DType> {
  /** What kind of leaf it is. */
  readonly kind: "parameter";
  /** Its extents. */
  readonly shape: S;
  /** Its element type. */
  readonly dtype: D;
  /** How it begins. */
  readonly initializer: Initializer;
  /** Whether it has a gradient, which an optimizer follows. */
  readonly trainable: boolean;
  /** Where it was written. */
  readonly location?: Location;
}

/** State that is saved and restored like a parameter, but has no gradient: PyTorch's buffer. */
export interface BufferSpec<S extends Dims = Dims, D extends DType = DType> extends ParamSpec<S, D> {
  readonly trainable: false;
}

/** Parameters together with the function they are for: `p.hidden(x)` where `hidden: linear(784, 128)`. */
export interface Layer<P extends SpecTree = SpecTree, F = unknown> {
  /** What kind of node of the tree it is. */
  readonly kind: "layer";
  /** Its parameters. */
  readonly params: P;
  /** The function of the layer once its parameters are tensors. */
  readonly bind: (params: Params<P>) => F;
}

/** A layer of which the parameters do not matter, and only the function does: what a list of different layers holds. */
export interface AnyLayer<F = unknown> {
  /** What kind of node of the tree it is. */
  readonly kind: "layer";
  /** Its parameters. */
  readonly params: SpecTree;
  /** The function, given tensors for the parameters. */
  readonly bind: (params: never) => F;
}

/** A tree of parameters: leaves, layers, records and lists of trees. */
export type SpecTree = ParamSpec | AnyLayer | { readonly [name: string]: SpecTree } | readonly SpecTree[];

/** Whether nothing is known of a tree: `SpecTree` itself, in which there is no end to look for. */
type IsAnyTree<T> = readonly SpecTree[] extends Extract<T, readonly unknown[]> ? true : false;

/**
 * What `forward` sees of a tree: tensors at the leaves, callable layers (that also have their parameters by name). Nothing
 * (`never`) where the tree is not known; a layer of which only the function is known can be called all the same.
 */
export type Params<T> =
  readonly SpecTree[] extends Extract<T, readonly unknown[]>
    ? never // `IsAnyTree`, written out because editors show what an exported type is made of
    : T extends ParamSpec<infer S, infer D>
      ? Tensor<S, D>
      : T extends { readonly kind: "layer"; readonly params: infer P; readonly bind: (params: never) => infer F }
        ? F & (readonly SpecTree[] extends Extract<P, readonly unknown[]> ? unknown : Params<P>)
        : { readonly [K in keyof T]: Params<T[K]> };

type Joined<Prefix extends string, Name extends string | number> = `${Prefix}${Prefix extends "" ? "" : "."}${Name}`;

/**
 * The parameters of a tree by name: `hidden.weight`, `blocks.${number}.weight`, or `blocks.0.weight` for a list of which each part
 * is known; any text where the tree is not known.
 */
export type NamedParameters<T, Prefix extends string = ""> =
  IsAnyTree<T> extends true
    ? Named
    : T extends BufferSpec<infer S, infer D>
      ? NamedBuffer<Prefix, S, D>
      : T extends ParamSpec<infer S, infer D>
        ? Named<Prefix, S, D>
        : T extends { readonly kind: "layer"; readonly params: infer P }
          ? NamedParameters<P, Prefix>
          : T extends readonly (infer E)[]
            ? number extends T["length"]
              ? NamedParameters<E, Joined<Prefix, number>>
              : { [K in keyof T & `${number}`]: NamedParameters<T[K], Joined<Prefix, K>> }[keyof T & `${number}`]
            : { [K in keyof T & string]: NamedParameters<T[K], Joined<Prefix, K>> }[keyof T & string];

type NameOf<W> = W extends Named<infer Name> ? Name : never;

/** The names of a tree's parameters. */
export type Path<T> = NameOf<NamedParameters<T>>;

/** The names of the parameters that are trained. */
export type TrainablePath<T> = NameOf<Exclude<NamedParameters<T>, NamedBuffer>>;

/** A leaf as it was written, checked and in canonical form. */
const leafSpec = (
  what: "param" | "buffer",
  shape: Dims,
  initializer: Initializer,
  dtype: DType | undefined,
): ParamSpec => {
  const location = captureLocation();
  if (typeof initializer?.fill !== "function") {
    const [given, write] = [inWords(initializer), what === "param" ? "param([3, 2], heNormal)" : "buffer([3], ones)"];
    goingOn(() => reject("W140", { what, expected: "an initializer", given, write }, { location }));
  }
  return Object.freeze({
    kind: "parameter",
    shape: goingOn(() => checkedShape(what, shape, location)),
    dtype: goingOn(() => checkedDType(what, dtype ?? "f32", location)),
    initializer,
    trainable: what === "param",
    location,
  });
};

/**
 * A parameter of a shape; zeros to begin with unless an initialiser says otherwise, and f32 unless a dtype is said.
 *
 * @throws W140 no shape, no dtype or no initialiser; W209 an extent that is none.
 * @see `torch.nn.Parameter`.
 * @example
 * const { shape, dtype } = param([128, 784], normal(0.02));
 * shape; // [128, 784]
 * dtype; // "f32"
 */
export const param = <const S extends Dims, D extends DType = "f32">(
  shape: S,
  initializer: Initializer = zeros,
  dtype?: D,
): ParamSpec<[...S], NoInfer<D>> =>
  // Of the type that was given; without a dtype D is its default, "f32", whatever the place that it stands in expects.
  leafSpec("param", shape, initializer, dtype) as ParamSpec<[...S], D>;

/**
 * State that no optimizer changes and that has no gradient, such as running statistics. It is named, saved, restored
 * and emitted like a parameter; `updateBuffer` gives it a new value in each training step. Zeros to begin with unless
 * an initialiser says otherwise.
 *
 * @throws what `param` refuses (W140, W209).
 * @see `torch.nn.Module.register_buffer`.
 * @example
 * buffer([64], ones).kind; // "parameter"
 */
export const buffer = <const S extends Dims, D extends DType = "f32">(
  shape: S,
  initializer: Initializer = zeros,
  dtype?: D,
): BufferSpec<[...S], NoInfer<D>> =>
  // Of the type that was given; without a dtype D is its default, "f32", whatever the place that it stands in expects.
  leafSpec("buffer", shape, initializer, dtype) as BufferSpec<[...S], D>;

/**
 * A layer: parameters and the function they are for. In `forward` it is called like the function, and has its
 * parameters by name.
 *
 * @throws W140 where the second part is no function.
 * @see `torch.nn.Module`.
 * @example
 * const scale = (n: number) => layer({ weight: param([n], ones) }, ({ weight }) => (x: Tensor) => mul(x, weight));
 * const scaled = defineModel({
 *   name: "scaled",
 *   params: { scale: scale(2) },
 *   inputs: { x: spec("f32", [2]) },
 *   forward: ({ scale }, { x }) => ({ y: scale(x) }),
 * });
 * compileSync(scaled)({ x: Float32Array.of(3, 4) }); // { y: [3, 4] }
 */
export const layer = <const P extends SpecTree, F extends (...operands: never) => unknown>(
  params: P,
  bind: (params: Params<P>) => F,
): Layer<P, F> => {
  requireFunction(
    "layer",
    bind,
    "layer({ weight: param([3]) }, ({ weight }) => (x) => x.mul(weight))",
    captureLocation(),
  );
  return Object.freeze({ kind: "layer", params, bind });
};

/**
 * `layer`, for factories that compute shapes and parameters from their options: the layer is what the type argument says, which
 * no checker could work out from the values.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the one place where layers get their exact types
export const typedLayer = <L extends AnyLayer>(
  params: SpecTree,
  bind: (params: never) => (...operands: never) => unknown,
): L =>
  // The factory's signature is the one that its callers see, and tests hold it to the parameters that the layer really has.
  layer(params, bind as never) as unknown as L;

/**
 * `count` trees of one kind, as a list: `repeat(12, block)`. Parameters are named by position: `blocks.3.weight`.
 *
 * @throws W140 what is no count.
 * @see `torch.nn.ModuleList`.
 * @example
 * repeat(3, (position) => ({ weight: param([position + 1]) })).map(({ weight }) => weight.shape); // [[1], [2], [3]]
 */
export const repeat = <T extends SpecTree>(count: number, make: (position: number) => T): readonly T[] => {
  if (!Number.isSafeInteger(count) || count < 0)
    reject("W140", {
      what: "repeat",
      expected: "a whole number from 0 up",
      given: inWords(count),
      write: "repeat(12, () => block)",
    });
  expect(typeof make === "function", "repeat", "a function", make, "repeat(12, () => block)");
  return Object.freeze(Array.from({ length: count }, (_, position) => make(position)));
};

/** The layer that has the parameter of a path; empty for the model itself. */
export const layerOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf(".")));

/** Whether a tree is a leaf. */
export const isSpec = (tree: SpecTree): tree is ParamSpec => "kind" in tree && tree.kind === "parameter";

/** Whether a tree is a layer, whose own tree is in `params`. */
export const isLayer = (tree: SpecTree): tree is AnyLayer => "kind" in tree && tree.kind === "layer";

/** Refuses what is no tree, naming where in the tree it stands. */
const requireTree = (tree: unknown, path: string): void => {
  if (typeof tree === "object" && tree !== null) return;
  const what = path === "" ? "params" : `params: ${JSON.stringify(path)}`;
  const expected = "a parameter, a layer, a record or a list";
  reject("W140", { what, expected, given: inWords(tree), write: "{ weight: param([10, 784]) }" });
};

/** The leaves of a tree by name, in the order they were written. `reject`s what is no tree (W140). */
export const flattenSpecs = (tree: SpecTree, prefix = ""): readonly (readonly [path: string, spec: ParamSpec])[] => {
  requireTree(tree, prefix);
  if (isSpec(tree)) return [[prefix, tree]];
  if (isLayer(tree)) return flattenSpecs(tree.params, prefix);
  return Object.entries(tree).flatMap(([name, child]: [string, SpecTree]) =>
    flattenSpecs(child, prefix === "" ? name : `${prefix}.${name}`),
  );
};

/**
 * The same tree with tensors at its leaves and functions in the place of its layers: a `Params` of the tree, which is said
 * to the compiler where a model is defined, once, and not again here.
 */
export const bindSpecs = (
  tree: SpecTree,
  tensorOf: (path: string, spec: ParamSpec) => Tensor,
  prefix = "",
): unknown => {
  if (isSpec(tree)) return tensorOf(prefix, tree);
  if (isLayer(tree)) {
    const params = bindSpecs(tree.params, tensorOf, prefix);
    const bound = tree.bind(params as never);
    return isFunction(bound) ? withParameters(named(prefix, bound), params) : bound;
  }
  const children = Object.entries(tree).map(([name, child]: [string, SpecTree]): [string, unknown] => [
    name,
    bindSpecs(child, tensorOf, prefix === "" ? name : `${prefix}.${name}`),
  ]);
  return Array.isArray(tree) ? children.map(([, child]) => child) : Object.fromEntries(children);
};

type AnyFunction = (...operands: readonly unknown[]) => unknown;

const isFunction = (value: unknown): value is AnyFunction => typeof value === "function";

/** Says of what a layer of ours could not read what it is: W230 where it is to be a tensor, W140 where it is to be options. */
const requireOperands = (path: string, operands: readonly unknown[], cause: TypeError): void => {
  const [first, ...others] = operands;
  const op = path === "" ? "the layer" : path;
  if (!isTensor(first)) throw weftError("W230", { op, given: inWords(first) }, { cause });
  const wrong = others.find((each) => typeof each !== "object" || each === null);
  const details = {
    what: op,
    expected: "tensors, and then a record of options",
    given: inWords(wrong),
    write: "p.layer(x)",
  };
  if (others.length > 0) throw weftError("W140", details, { cause });
};

/** The layer's function, during which what is described is known to be of the layer. Refusals are located where it is called. */
const named = (path: string, bound: AnyFunction): AnyFunction => {
  const call: AnyFunction = (...operands) =>
    atCaller(() => {
      noteTensors(operands);
      try {
        return withinLayer(path, bound, ...operands);
      } catch (error) {
        if (error instanceof TypeError && isThrownByUs(error)) requireOperands(path, operands, error);
        throw error;
      }
    });
  return Object.assign(call, bound);
};

/** The layer's function with its parameters as properties: `p.hidden(x)` and `p.hidden.weight`. */
const withParameters = (bound: object, params: unknown): unknown => {
  for (const [name, value] of Object.entries(params ?? {}))
    Object.defineProperty(bound, name, { value, enumerable: true, configurable: true });
  return bound;
};

// Random kernels, well typed and inside their buffers, for properties of loop passes and backends. A kernel is read off a
// list of choices; a shorter list or smaller choices give a simpler kernel, so fast-check shrinks them as it shrinks any
// list of numbers.
import fc from "fast-check";
import { add, type BlockBuilder, binary, buildBody, i32, load, multiply } from "../../ir/loop/build.ts";
import type { Expr, LaneReducer, ScalarType } from "../../ir/loop/expr.ts";
import type { Access, Kernel, KernelParameter } from "../../ir/loop/kernel.ts";
import { type DataArray, type DType, dtypes } from "../../ir/types/dtype.ts";
import {
  type Choose,
  chooser,
  type Extents,
  pick,
  randomEnd,
  randomExpr,
  randomIndex,
  rowMajor,
  type Scene,
  sizeOfExtents,
} from "./loop-expr.ts";
import { randomArray, type ValueProfile } from "./values.ts";

const reducers: readonly [LaneReducer, ...LaneReducer[]] = ["add", "mul", "max", "min"];

/** A fold over a loop of its own; gives the accumulator. */
const randomFold = (scene: Scene): Expr => {
  const { choose, body } = scene;
  const type = pick<ScalarType>(choose, ["f32", "i32"]);
  const fn = pick(choose, reducers);
  const accumulator = body.mutable(randomExpr(scene, type, 1));
  const fill = (r: Expr, block: BlockBuilder): void => {
    const inside: Scene = { ...scene, body: block, counters: [...scene.counters, r] };
    const element = block.name(randomExpr(inside, type, 2));
    block.assign(accumulator, binary(fn, accumulator, element));
  };
  body.loop(randomEnd(scene, 1 + choose(5)), fill, { hint: "r" });
  return accumulator;
};

/** One statement or more that make a value. */
const randomValue = (scene: Scene): Expr => {
  const { choose, body } = scene;
  const type = pick<ScalarType>(choose, ["f32", "i32", "bool", "f64"]);
  switch (choose(5)) {
    case 1:
      return randomFold(scene);
    case 2: {
      const variable = body.mutable(randomExpr(scene, type, 1));
      body.assign(variable, randomExpr({ ...scene, values: [...scene.values, variable] }, type, 2));
      return variable;
    }
    case 3: {
      const variable = body.mutable(randomExpr(scene, type, 1));
      body.when(randomExpr(scene, "bool", 1), (then) => {
        then.assign(variable, randomExpr({ ...scene, body: then }, type, 2));
      });
      return variable;
    }
    default:
      return body.name(randomExpr(scene, type, 3));
  }
};

const randomValues = (start: Scene): Scene => {
  let scene = start;
  for (let count = 1 + scene.choose(3); count > 0; count--)
    scene = { ...scene, values: [...scene.values, randomValue(scene)] };
  return scene;
};

const randomStore = (scene: Scene): void => {
  const { choose, body } = scene;
  const position = rowMajor(scene);
  switch (choose(6)) {
    case 1:
      return body.store("whole", position, randomExpr(scene, "i32", 2));
    case 2:
      return body.store("flags", position, randomExpr(scene, "bool", 2));
    case 3:
      return body.store("total", randomIndex(scene), randomExpr(scene, "f32", 2));
    case 4:
      return body.store("narrow", position, randomExpr(scene, "i32", 2));
    default:
      return body.store("y", position, randomExpr(scene, "f32", 3));
  }
};

const rows: readonly (readonly [name: string, dtype: DType, access: Access])[] = [
  ["x", "f32", "read"],
  ["w", "f32", "read"],
  ["wide", "f64", "read"],
  ["counts", "i32", "read"],
  ["bytes", "u8", "read"],
  ["mask", "bool", "read"],
  ["total", "f32", "update"],
  ["y", "f32", "write"],
  ["whole", "i32", "write"],
  ["flags", "bool", "write"],
  ["narrow", "u8", "write"],
];

const parametersOf = (extents: Extents): readonly KernelParameter[] =>
  rows.map(([name, dtype, access]) => ({ name, dtype, access, length: sizeOfExtents(extents) }));

const randomExtents = (choose: Choose): Extents => [
  1 + choose(3),
  1 + choose(3),
  pick(choose, [5, 1, 4, 3, 8, 34, 67]),
];

/** A kernel of two loops around what `fill` makes. */
const kernelFrom = (extents: Extents, fill: (body: BlockBuilder, indices: readonly [Expr, Expr]) => void): Kernel => ({
  name: "random",
  parameters: parametersOf(extents),
  inPlace: [],
  body: buildBody((body) => {
    body.loop(extents[0], (i, outer) => outer.loop(extents[1], (j, block) => fill(block, [i, j])));
  }),
});

const elementwiseKernel = (choices: readonly number[]): Kernel => {
  const choose = chooser(choices);
  const extents = randomExtents(choose);
  return kernelFrom(extents, (body, [i, j]) => {
    const start: Scene = {
      choose,
      extents,
      body,
      indices: [i, j, i32(0)],
      counters: [],
      values: [],
      readsWritten: true,
    };
    const around = randomValues(start);
    const fill = (k: Expr, block: BlockBuilder): void => {
      const inside = randomValues({ ...around, body: block, indices: [i, j, k] });
      for (let count = 1 + choose(2); count > 0; count--) randomStore(inside);
    };
    body.loop(randomEnd(start, extents[2]), fill, { mode: "vector", hint: "k" });
  });
};

/** A fold over the innermost loop, and the kernel that stores the elements it folds. */
export interface FoldPair {
  /** Stores in `y`, at i * b + j, the fold over k of the elements, starting from `w` at [i, j, 0]. */
  readonly fold: Kernel;
  /** Stores the elements in `y`. */
  readonly elements: Kernel;
  readonly fn: LaneReducer;
  readonly extents: Extents;
}

const foldPair = ([a = 0, b = 0, c = 0, which = 0, ...choices]: readonly number[]): FoldPair => {
  const extents = randomExtents(chooser([a, b, c]));
  const fn = pick(chooser([which]), reducers);
  const sceneOf = (body: BlockBuilder, [i, j]: readonly [Expr, Expr]): Scene => ({
    choose: chooser(choices),
    extents,
    body,
    indices: [i, j, i32(0)],
    counters: [],
    values: [],
    readsWritten: false,
  });
  const elementAt = (scene: Scene, k: Expr, body: BlockBuilder): Expr => {
    const [i, j] = scene.indices;
    return body.name(randomExpr({ ...scene, body, indices: [i, j, k] }, "f32", 3));
  };
  const fold = kernelFrom(extents, (body, indices) => {
    const scene = sceneOf(body, indices);
    const accumulator = body.mutable(load("f32", "w", rowMajor(scene)));
    const fill = (k: Expr, block: BlockBuilder): void =>
      block.assign(accumulator, binary(fn, accumulator, elementAt(scene, k, block)));
    body.loop(extents[2], fill, { mode: "vector", hint: "k" });
    body.store("y", add(multiply(indices[0], extents[1]), indices[1]), accumulator);
  });
  const elements = kernelFrom(extents, (body, indices) => {
    const scene = sceneOf(body, indices);
    body.loop(extents[2], (k, block) => block.store("y", add(rowMajor(scene), k), elementAt(scene, k, block)));
  });
  return { fold, elements, fn, extents };
};

const choiceLists = fc.array(fc.nat(999), { minLength: 0, maxLength: 160, size: "max" });

/**
 * Kernels of three loops, the innermost marked "vector" and often of an end known only when it runs, around random values,
 * branches, folds and stores of every element type. No fold is over the marked loop, so vectorising must keep every bit.
 */
export const elementwiseKernels: fc.Arbitrary<Kernel> = choiceLists.map(elementwiseKernel);

/** Folds over a loop marked "vector", whose order vectorising defines. */
export const foldKernels: fc.Arbitrary<FoldPair> = choiceLists.map(foldPair);

/** Buffers for a kernel's parameters, filled from a seed. */
export const buffersFor = (kernel: Kernel, seed: number, profile: ValueProfile = "special"): readonly DataArray[] =>
  kernel.parameters.map(({ dtype, length }, at) => {
    const data = dtypes[dtype].allocate(length);
    data.set(randomArray({ dtype, shape: [length] }, seed + at, profile).data);
    return data;
  });

// The static rules and the typing rules of ops are two writings of the same thing. Here random calls of the public functions
// are described at run time and checked by the compiler: where the one gives a shape the other must give the same, and
// where the one refuses the other must refuse with the same sentence.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { WeftError } from "../../src/ir/diagnostics/diagnostic.ts";
import * as functions from "../../src/ir/functions/index.ts";
import { graphBuilder } from "../../src/ir/graph/builder.ts";
import { withTrace } from "../../src/ir/graph/trace.ts";
import { traceOver } from "../../src/ir/graph/traced-tensor.ts";
import { unary } from "../../src/ir/scalar/unary.ts";
import { type Dim, multiplyDims } from "../../src/ir/types/dim.ts";
import { dtypeNames } from "../../src/ir/types/dtype.ts";
import type { Tensor } from "../../src/ir/types/tensor.ts";
import { type Shape, tensorType } from "../../src/ir/types/tensor-type.ts";
import { axis, type Call, call, dim, Given, near, shape, tensor } from "./random-calls.ts";
import { sentenceOf, typeCheck } from "./type-check-program.ts";
import { windowCalls } from "./window-calls.ts";

const table: ReadonlyMap<string, unknown> = new Map(Object.entries(functions));

const printed = (value: unknown): string => {
  if (value instanceof Given) return `given("${value.dtype}", ${JSON.stringify(value.shape)})`;
  if (Array.isArray(value)) return `[${value.map(printed).join(", ")}]`;
  if (typeof value === "object" && value !== null)
    return `{ ${Object.entries(value)
      .map(([key, option]) => `${key}: ${printed(option)}`)
      .join(", ")} }`;
  return JSON.stringify(value);
};

const programLine = ({ name, given }: Call): string => `${name}(${given.map(printed).join(", ")})`;

/** The shape of the result, or the sentence of the refusal. */
const described = ({ name, given }: Call): Shape | string => {
  const trace = traceOver(graphBuilder());
  let count = 0;
  const made = (value: unknown): unknown => {
    if (value instanceof Given) return trace.input(`x${count++}`, tensorType(value.dtype, value.shape));
    return Array.isArray(value) ? value.map(made) : value;
  };
  try {
    // The call itself is checked by the compiler below.
    const describe = table.get(name) as (...operands: readonly unknown[]) => Tensor;
    return withTrace(trace, () => describe(...given.map(made))).shape;
  } catch (error) {
    if (!(error instanceof WeftError)) throw error;
    return error.message;
  }
};

const elementwise = fc.constantFrom("add", "maximum", "less").chain((name) =>
  call(
    name,
    shape(0, 4).chain((left) => fc.tuple(tensor(fc.constant(left)), fc.oneof(tensor(near(left)), fc.constant(2)))),
  ),
);

const select = call(
  "select",
  shape(0, 3).chain((like) =>
    fc.tuple(
      tensor(near(like), fc.constantFrom("bool", "bool", "bool", "i32")),
      fc.oneof(tensor(near(like)), fc.constant(1)),
      fc.oneof(tensor(near(like)), fc.constant(0)),
    ),
  ),
);

const matmul = call(
  "matmul",
  fc
    .tuple(shape(0, 2), dim, dim, dim, fc.boolean(), fc.boolean())
    .chain(([batch, m, k, n, transposeA, transposeB]) =>
      fc.tuple(
        tensor(near([...batch, ...(transposeA ? [k, m] : [m, k])])),
        tensor(
          fc.oneof(near([...batch, ...(transposeB ? [n, k] : [k, n])]), fc.constant(transposeB ? [n, k] : [k, n])),
        ),
        fc.constant({ transposeA, transposeB }),
      ),
    ),
);

const linear = call(
  "linear",
  fc
    .tuple(shape(0, 3), dim, dim)
    .chain(([leading, inputs, outputs]) =>
      fc.tuple(tensor(near([...leading, inputs])), tensor(near([outputs, inputs]))),
    ),
);

const attention = call(
  "attention",
  fc
    .tuple(shape(0, 1), shape(0, 1), fc.constantFrom(1, 2, 3), dim, dim, dim, dim)
    .chain(([batch, heads, groups, queries, keys, features, own]) => {
      const front = heads.length === 0 ? [] : [...batch, ...heads];
      const more = front.map((extent, axis) => (axis === batch.length ? multiplyDims(extent, groups) : extent));
      return fc.tuple(
        tensor(near([...more, queries, features])),
        tensor(near([...front, keys, features])),
        tensor(near([...front, keys, own]), fc.constant("f32")),
      );
    }),
);

/** Shapes of as many elements, nearly always: axes merged, 1 put in, -1 for one of them, extents replaced. */
const regrouped = (from: Shape): fc.Arbitrary<Shape> =>
  fc.tuple(fc.nat(3), fc.nat(3), fc.boolean(), fc.nat(9)).chain(([at, position, open, chance]) => {
    const [left, right] = [from[at], from[at + 1]];
    const merged =
      left === undefined || right === undefined ? [...from, 1] : from.toSpliced(at, 2, multiplyDims(left, right));
    const opened = open && merged.length > 0 ? merged.with(position % merged.length, -1) : merged;
    return chance < 7 ? fc.constant(opened) : near(opened);
  });

const reshape = call(
  "reshape",
  shape(1, 4).chain((from) => fc.tuple(tensor(fc.constant(from)), regrouped(from))),
);

const alongAxis = fc
  .constantFrom("argmax", "softmax", "flatten", "cumsum")
  .chain((name) => call(name, fc.tuple(tensor(shape(0, 4)), axis)));

const reduce = fc
  .constantFrom("sum", "mean", "variance", "norm", "logSumExp")
  .chain((name) =>
    call(
      name,
      fc.tuple(
        tensor(shape(0, 4)),
        fc.oneof(
          fc.record({ axes: fc.array(axis, { maxLength: 3 }), keepDims: fc.boolean() }),
          fc.record({ keepDims: fc.boolean() }),
        ),
      ),
    ),
  );

const transpose = call(
  "transpose",
  shape(1, 4).chain((from) =>
    fc.tuple(
      tensor(fc.constant(from)),
      fc.oneof(
        { weight: 4, arbitrary: fc.shuffledSubarray([...from.keys()], { minLength: from.length }) },
        { weight: 1, arbitrary: fc.array(fc.nat(3), { maxLength: 4 }) },
      ),
    ),
  ),
);

const flip = call("flip", fc.tuple(tensor(shape(1, 3)), fc.array(axis, { maxLength: 2 })));

const broadcastTo = call(
  "broadcastTo",
  shape(0, 3).chain((to) => fc.tuple(tensor(fc.oneof(near(to), near(to.map(() => 1)))), fc.constant([...to]))),
);

const joined = fc.constantFrom("concat", "stack").chain((name) =>
  call(
    name,
    shape(1, 3).chain((like) =>
      fc.tuple(fc.array(tensor(near(like)), { minLength: 1, maxLength: 3 }), fc.integer({ min: -3, max: 2 })),
    ),
  ),
);

const bound: fc.Arbitrary<Dim> = fc.constantFrom(0, 1, 2, 3, 4, "T", "T+1", "B");
const slice = call(
  "slice",
  fc.tuple(
    tensor(shape(1, 3)),
    fc.array(fc.record({ start: bound, end: bound, step: fc.integer({ min: 1, max: 3 }) }, { requiredKeys: [] }), {
      maxLength: 4,
    }),
  ),
);

const pad = call(
  "pad",
  fc.tuple(
    tensor(shape(1, 3)),
    fc.array(fc.record({ low: fc.nat(2), high: fc.nat(2), interior: fc.nat(2) }, { requiredKeys: [] }), {
      maxLength: 4,
    }),
  ),
);

const indices = (of: fc.Arbitrary<Shape>): fc.Arbitrary<Given> =>
  tensor(of, fc.constantFrom("i32", "i32", "i32", "f32"));

const gather = call("gather", fc.tuple(tensor(shape(0, 3)), indices(shape(0, 2)), axis));

const dynamicSlice = call("dynamicSlice", fc.tuple(tensor(shape(0, 3)), fc.nat(2), dim, axis));

const scatterAdd = call(
  "scatterAdd",
  fc
    .tuple(shape(0, 1), shape(0, 2), shape(0, 1), dim)
    .chain(([before, rows, after, extent]) =>
      fc.tuple(
        tensor(near([...before, ...rows, ...after])),
        indices(fc.constant(rows)),
        fc.constant(extent),
        fc.constant(before.length),
      ),
    ),
);

const oneHot = call("oneHot", fc.tuple(indices(shape(0, 2)), dim));

const layerNorm = call(
  "layerNorm",
  fc
    .tuple(shape(0, 2), dim)
    .chain(([leading, last]) =>
      fc.tuple(
        tensor(fc.constant([...leading, last])),
        tensor(near([last])),
        tensor(fc.constant([last]), fc.constant("f32")),
      ),
    ),
);

const severalAxes = call(
  "layerNorm",
  fc
    .tuple(shape(0, 2), shape(1, 3))
    .chain(([leading, last]) =>
      fc.tuple(tensor(fc.constant([...leading, ...last])), tensor(near(last)), tensor(near(last), fc.constant("f32"))),
    ),
);

const rmsNorm = call(
  "rmsNorm",
  fc
    .tuple(shape(0, 2), shape(1, 2))
    .chain(([leading, last]) => fc.tuple(tensor(fc.constant([...leading, ...last])), tensor(near(last)))),
);

const standardize = call(
  "standardize",
  fc.tuple(tensor(shape(1, 4)), fc.record({ axes: fc.array(axis, { maxLength: 3 }) }, { requiredKeys: [] })),
);

const vectors = fc.oneof(
  call(
    "matvec",
    fc
      .tuple(shape(0, 1), dim, dim)
      .chain(([batch, m, k]) => fc.tuple(tensor(near([...batch, m, k])), tensor(near([k])))),
  ),
  call(
    "vecmat",
    fc
      .tuple(shape(0, 1), dim, dim)
      .chain(([batch, k, n]) => fc.tuple(tensor(near([k])), tensor(near([...batch, k, n])))),
  ),
  call(
    "dot",
    dim.chain((k) => fc.tuple(tensor(fc.constant([k])), tensor(near([k])))),
  ),
);

const tile = call("tile", fc.tuple(tensor(shape(0, 3)), fc.array(fc.nat(3), { maxLength: 3 })));

/** Formulas with as many letters as the operands have axes; extents differ now and then. */
const einsum = fc.tuple(dim, dim, dim, dim).chain(([i, j, k, b]) =>
  fc.oneof(
    call(
      "einsum",
      fc.tuple(
        fc.constant("ij,jk->ik"),
        tensor(near([i, j]), fc.constant("f32")),
        tensor(fc.constant([j, k]), fc.constant("f32")),
      ),
    ).filter(({ given: [, first] }) => first instanceof Given && first.shape.length === 2),
    call("einsum", fc.tuple(fc.constant("bij->bj"), tensor(fc.constant([b, i, j])))),
    call("einsum", fc.tuple(fc.constant("ii->i"), tensor(fc.constant([i, i])))),
  ),
);

const crossEntropy = call(
  "crossEntropy",
  fc
    .tuple(dim, fc.constantFrom<Dim>(3, 10), fc.array(dim, { maxLength: 1 }))
    .chain(([rows, classes, places]) =>
      fc.tuple(
        tensor(near([rows, classes, ...places])),
        indices(near([rows, ...places])),
        fc.record({ reduction: fc.constantFrom("none", "mean") }, { requiredKeys: [] }),
      ),
    ),
);

const families = {
  elementwise,
  select,
  matmul,
  linear,
  attention,
  reshape,
  alongAxis,
  reduce,
  transpose,
  flip,
  broadcastTo,
  joined,
  slice,
  pad,
  gather,
  dynamicSlice,
  scatterAdd,
  oneHot,
  ...windowCalls,
  layerNorm,
  severalAxes,
  rmsNorm,
  standardize,
  vectors,
  tile,
  einsum,
  crossEntropy,
};

const header = `
import * as functions from "@/src/ir/functions/index.ts";
import type { DType } from "@/src/ir/types/dtype.ts";
import type { Dims, Tensor } from "@/src/ir/types/tensor.ts";
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare const given: <D extends DType, const S extends Dims>(dtype: D, shape: S) => Tensor<[...S], D>;
type Gives<A extends Dims, B extends Dims> = Same<[...A], [...B]> extends true ? true : { readonly instead: [...A] };
const { ${Object.keys(functions).join(", ")} } = functions;
`;

const scalarFunctions = Object.keys(unary).map((fn) => (fn === "not" ? "logicalNot" : fn));

/** Every function of one number, of every element type. */
const everyDType: readonly Call[] = scalarFunctions.flatMap((name) =>
  // The names are found among the functions by a test of their own.
  dtypeNames.map((dtype): Call => ({ name: name as Call["name"], given: [new Given(dtype, ["B", 2])] })),
);

const groups: readonly (readonly [name: string, calls: readonly Call[]])[] = [
  ...Object.entries(families).map(
    ([name, arbitrary]) => [name, fc.sample<Call>(arbitrary, { numRuns: 60, seed: 7 })] as const,
  ),
  ["scalar functions", everyDType],
];

interface Expectation {
  readonly call: string;
  readonly group: string;
  /** What the run time says: the shape, or the sentence of the refusal. */
  readonly wanted: Shape | string;
}

const expectations: readonly Expectation[] = groups.flatMap(([group, calls]) =>
  calls.map((one) => ({ group, call: programLine(one), wanted: described(one) })),
);

/** A line of the program for each call: that it has the shape, or only the call, which must not compile. */
const lines = expectations.map(({ call, wanted }, position) => {
  if (typeof wanted === "string") return `${call};`;
  const shape = `(typeof x${position})["shape"]`;
  return `const x${position} = ${call}; true satisfies Gives<${shape}, ${JSON.stringify(wanted)}>;`;
});

const { errors } = typeCheck(`${header}${lines.join("\n")}\n`);
const firstLine = header.split("\n").length;

/** What the compiler says of each call: the sentence, or nothing. */
const found = expectations.map((_, position) => {
  const message = errors.find(({ line }) => line === firstLine + position)?.message;
  return message === undefined ? undefined : (sentenceOf(message) ?? message);
});

test("all functions of one number are public", () => {
  expect(scalarFunctions.filter((name) => !(name in functions))).toEqual([]);
});

test.each(groups)("%s: static rules and typing rules agree", (group) => {
  const disagreements = expectations.flatMap((expectation, position) => {
    const compiler = found[position];
    const agree = typeof expectation.wanted === "string" ? compiler === expectation.wanted : compiler === undefined;
    return expectation.group !== group || agree ? [] : [{ ...expectation, compiler }];
  });
  expect(disagreements).toEqual([]);
});

test("both kinds occur, and nothing but the calls is wrong", () => {
  const refused = expectations.filter(({ wanted }) => typeof wanted === "string").length;
  expect(refused).toBeGreaterThan(200);
  expect(expectations.length - refused).toBeGreaterThan(500);
  expect(errors.length).toBe(refused);
});

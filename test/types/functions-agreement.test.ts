// Functions by name: random signatures and calls of them, at run time and in the type checker. Where the run time gives shapes,
// the checker must give the same, and where it refuses a definition or a call, the same sentence.
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { WeftError } from "../../src/ir/diagnostics/diagnostic.ts";
import { concat, define, reshape } from "../../src/ir/functions/index.ts";
import { graphBuilder } from "../../src/ir/graph/builder.ts";
import { withTrace } from "../../src/ir/graph/trace.ts";
import { traceOver } from "../../src/ir/graph/traced-tensor.ts";
import { bindDim, type Dim, multiplyDims } from "../../src/ir/types/dim.ts";
import type { DType } from "../../src/ir/types/dtype.ts";
import type { Tensor } from "../../src/ir/types/tensor.ts";
import { type Shape, tensorType } from "../../src/ir/types/tensor-type.ts";
import { sentenceOf, typeCheck } from "./type-check-program.ts";

type Entry = readonly [dtype: DType, ...shape: Dim[]];
type Signature = Readonly<Record<string, Entry>>;

/** A function, and a call of it. */
interface Drawn {
  readonly signature: Signature;
  readonly given: Signature;
}

const extents = fc.constantFrom<Dim>(
  "B",
  "B",
  "T",
  "D",
  "D",
  1,
  4,
  "2*D",
  "B*T",
  "T+1",
  "floor((T+1)/2)",
  "B*floor(D/2)",
);
const names = fc.constantFrom(
  ["x", "w"],
  ["x", "up", "down"],
  ["query", "key", "value", "a1"],
  ["B", "_", "Z", "a", "aa"],
);
const dtype = fc.constantFrom<DType>("f32", "f32", "f32", "f32", "f64");

/** The shape, without its first axis, or with another extent somewhere. */
const near = (like: Shape): fc.Arbitrary<Shape> =>
  fc
    .tuple(fc.nat(3), fc.nat(8), fc.constantFrom<Dim>(1, 2, 12, "N", "B"))
    .map(([way, at, extent]) =>
      way === 0 ? like.slice(1) : way === 1 || like.length === 0 ? like : like.with(at % like.length, extent),
    );

/** What symbols stand for in calls: the same names, too. */
const values = fc.constantFrom<Dim>(
  1,
  2,
  3,
  12,
  "N",
  "N+1",
  "2*M",
  "T",
  "B*D",
  "M*N+3",
  "floor(M/2)",
  "floor((N-3)/2)",
);

/** Mostly with an argument in which each symbol stands alone. */
const signatures: fc.Arbitrary<Signature> = fc
  .tuple(names, fc.shuffledSubarray(["B", "T", "D"], { minLength: 3 }), fc.nat(3))
  .chain(([given, symbols, chance]) => {
    const entries = given.map((_, at) =>
      at === 0 && chance > 0
        ? fc.constant(["f32" as const, symbols] as const)
        : fc.tuple(dtype, fc.array(extents, { maxLength: 3 })),
    );
    return fc
      .tuple(...entries)
      .map((all) =>
        Object.fromEntries(all.map(([type, shape], at): [string, Entry] => [given[at] ?? "x", [type, ...shape]])),
      );
  });

const entryOf = (type: DType, shape: Shape): Entry => [type, ...shape];

/** A call whose extents mostly fit. */
const calls = (signature: Signature): fc.Arbitrary<Signature> =>
  fc.tuple(values, values, values, fc.nat(9), fc.boolean()).chain(([B, T, D, chance, more]) => {
    const fitting = Object.entries(signature).map(
      ([argument, [type, ...shape]]) => [argument, type, shape.map((extent) => bindDim(extent, { B, T, D }))] as const,
    );
    const arbitrary = fitting.map(([argument, type, shape], at) =>
      fc
        .tuple(chance < 7 && at === chance % fitting.length ? near(shape) : fc.constant(shape), fc.nat(39))
        .map(([nearby, other]): [string, Entry] => [argument, entryOf(other === 0 ? "f64" : type, nearby)]),
    );
    return fc
      .tuple(...arbitrary)
      .map((entries) =>
        Object.fromEntries(more && chance === 9 ? [...entries, ["more", entryOf("f32", [B])]] : entries),
      );
  });

const cases = signatures.chain((signature) => calls(signature).map((given): Drawn => ({ signature, given })));

/** What a body makes of each argument: itself, all of its elements in a row, and twice itself one after the other. */
const body = (given: Readonly<Record<string, Tensor>>): Readonly<Record<string, Tensor>> =>
  Object.fromEntries(
    Object.entries(given).flatMap(([name, x]): readonly (readonly [string, Tensor])[] => [
      [`${name}_same`, x],
      [`${name}_row`, reshape(x, [x.shape.reduce<Dim>((count, extent) => multiplyDims(count, extent), 1)])],
      ...(x.shape.length > 0 ? [[`${name}_twice`, concat([x, x], 0)] as const] : []),
    ]),
  );

const bodyText = (signature: Signature): string => {
  const parts = Object.entries(signature).flatMap(([name, [, ...shape]]) => [
    `${name}_same: ${name}`,
    `${name}_row: reshape(${name}, [${JSON.stringify(shape.reduce<Dim>((count, extent) => multiplyDims(count, extent), 1))}])`,
    ...(shape.length > 0 ? [`${name}_twice: concat([${name}, ${name}], 0)`] : []),
  ]);
  return `({ ${Object.keys(signature).join(", ")} }) => ({ ${parts.join(", ")} })`;
};

type Result = Readonly<Record<string, Shape>> | string;

/** What the run time says of the definition and of the call. */
const described = ({ signature, given }: Drawn): { readonly defined: boolean; readonly result: Result } => {
  let defined = false;
  const trace = traceOver(graphBuilder());
  try {
    // The compiler below checks what is called, which is not known here.
    const fn = define("fn", signature as never, body as never) as unknown as typeof body;
    defined = true;
    const tensors = Object.entries(given).map(([name, [type, ...shape]]) => [
      name,
      trace.input(name, tensorType(type, shape)),
    ]);
    const results = withTrace(trace, () => fn(Object.fromEntries(tensors) as Record<string, Tensor>));
    return { defined, result: Object.fromEntries(Object.entries(results).map(([name, { shape }]) => [name, shape])) };
  } catch (error) {
    if (!(error instanceof WeftError)) throw error;
    return { defined, result: error.message };
  }
};

const drawn = fc.sample(cases, { numRuns: 250, seed: 7 }).map((each) => ({ ...each, ...described(each) }));

const printed = (entries: Signature): string =>
  `{ ${Object.entries(entries)
    .map(([name, entry]) => `${name}: ${JSON.stringify(entry)}`)
    .join(", ")} }`;

const givenText = (entries: Signature): string =>
  `{ ${Object.entries(entries)
    .map(([name, [type, ...shape]]) => `${name}: given("${type}", ${JSON.stringify(shape)})`)
    .join(", ")} }`;

const header = `
import { concat, define, reshape } from "@/src/ir/functions/index.ts";
import type { DType } from "@/src/ir/types/dtype.ts";
import type { Dims, Tensor } from "@/src/ir/types/tensor.ts";
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare const given: <D extends DType, const S extends Dims>(dtype: D, shape: S) => Tensor<[...S], D>;
type Gives<R, W> = { [K in keyof W]: R extends { readonly [X in K]: Tensor<infer S> } ? Same<[...S], W[K]> extends true ? true : [...S] : "nothing" };
type True<W> = { [K in keyof W]: true };
const expect = <W,>(_: True<W>) => {};
`;

/** Two lines for each case: the definition, and the call with what it gives. */
const lines = drawn.flatMap(({ signature, given, defined, result }, at) => {
  const definition = `const fn${at} = define("fn", ${printed(signature)}, ${bodyText(signature)});`;
  if (!defined) return [definition, ""];
  const call = `const y${at} = fn${at}(${givenText(given)});`;
  if (typeof result === "string") return [definition, call];
  const wanted = `{ ${Object.entries(result)
    .map(([name, shape]) => `${name}: ${JSON.stringify(shape)}`)
    .join(", ")} }`;
  return [definition, `${call} expect<${wanted}>(null! as Gives<typeof y${at}, ${wanted}>);`];
});

const { errors } = typeCheck(`${header}${lines.join("\n")}\n`);
const firstLine = header.split("\n").length;

const saidAt = (line: number): string | undefined => {
  const found = errors.filter((error) => error.line === firstLine + line);
  const [first] = found;
  return first === undefined
    ? undefined
    : found.length > 1
      ? `several: ${found.map(({ message }) => message).join(" and ")}`
      : (sentenceOf(first.message) ?? first.message);
};

test("definitions and calls are accepted and refused alike, with the same shapes and the same sentences", () => {
  const disagreements = drawn.flatMap(({ defined, result }, at) => {
    const said = { definition: saidAt(2 * at), call: saidAt(2 * at + 1) };
    const sentence = typeof result === "string" ? result : undefined;
    const wanted = defined ? { definition: undefined, call: sentence } : { definition: sentence, call: undefined };
    const agrees = said.definition === wanted.definition && said.call === wanted.call;
    return agrees ? [] : [{ lines: lines.slice(2 * at, 2 * at + 2), wanted, said }];
  });
  expect(disagreements).toEqual([]);
});

test("every kind occurs", () => {
  const counts: Record<string, number> = {};
  for (const { result } of drawn) {
    const kind = typeof result === "string" ? result.slice(0, 4) : "shapes";
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  expect(counts).toMatchInlineSnapshot(`
    {
      "W258": 49,
      "W259": 38,
      "W260": 15,
      "W261": 40,
      "shapes": 108,
    }
  `);
});

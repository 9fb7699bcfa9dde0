// Random graphs, composed from the random uses that every op describes of itself. Valid by construction: an operand is a
// value of the wanted type where there is one, or another value converted, cut or padded to that type, or a new leaf. A
// graph shrinks by dropping steps and by shrinking the use of an op in each.
import fc from "fast-check";
import { describeBody } from "../../ir/graph/body.ts";
import { type GraphBuilder, graphBuilder } from "../../ir/graph/builder.ts";
import type { Entry, Graph, NamedValue, ValueId } from "../../ir/graph/graph.ts";
import type { Attributes } from "../../ir/ops/attributes.ts";
import { type OpKind, opOf, ops } from "../../ir/ops/index.ts";
import { isKnown } from "../../ir/types/dim.ts";
import { type DType, dtypes, isFloat } from "../../ir/types/dtype.ts";
import { type KnownType, type NdArray, sizeOf } from "../../ir/types/ndarray.ts";
import { knownShape } from "../../ir/types/shape.ts";
import { sameType } from "../../ir/types/tensor-type.ts";
import { shrinking } from "../shrinking/shrinking.ts";
import type { GraphCase } from "./graph-case.ts";
import { randomArray, type ValueProfile } from "./values.ts";

export type { GraphCase } from "./graph-case.ts";

/** What random graphs are made of. */
export interface GraphOptions {
  /** The kinds of op to use; all by default. Leaves and conversions are added where they are needed. */
  readonly ops?: readonly OpKind[];
  /** How many uses of ops at most; 10 by default. Conversions come on top. */
  readonly maxSteps?: number;
  readonly values?: readonly ValueProfile[];
  /** The largest tensor; larger uses of ops are left out. */
  readonly maxElements?: number;
}

const leaves: ReadonlySet<string> = new Set(["input", "parameter", "data"]);

/** Every op that computes something, composites included. */
// The keys of the registry are its kinds, which `Object.keys` cannot say.
export const computingOps: readonly OpKind[] = (Object.keys(ops) as OpKind[]).filter((kind) => !leaves.has(kind));

/** A use of an op, and choices among the values there are. */
interface Step {
  readonly op: OpKind;
  readonly operands: readonly KnownType[];
  readonly attrs: object;
  readonly picks: readonly number[];
}

const step = (op: OpKind): fc.Arbitrary<Step> =>
  fc
    .tuple(opOf(op).arbitrary(fc, describeBody), fc.array(fc.nat(), { minLength: 4, maxLength: 4 }))
    .map(([{ operands, attrs }, picks]) => ({ op, operands, attrs, picks }));

interface Growth {
  readonly builder: GraphBuilder;
  readonly values: ValueId[];
  readonly inputs: Map<string, NdArray>;
  readonly parameters: Map<string, NdArray>;
  readonly seed: number;
  readonly profile: ValueProfile;
}

const knownTypeOf = ({ builder }: Growth, value: ValueId): KnownType => {
  const { dtype, shape } = builder.typeOf(value);
  return { dtype, shape: knownShape(shape) };
};

const contentsOf = ({ dtype, data }: NdArray) => {
  const contents = dtypes[dtype].allocate(data.length);
  contents.set(data);
  return contents;
};

/** Numbers that rewrite rules look for. */
const tellingFloats: readonly number[] = [0, 1, -1, 2, -0, 0.5, 3, Infinity, -Infinity, Number.NaN];

const telling = (dtype: DType, pick: number): number =>
  isFloat(dtype) ? (tellingFloats[pick % tellingFloats.length] ?? 0) : pick % 2;

/** A leaf of the type: mostly an input, sometimes a parameter or a constant. */
const plant = (growth: Growth, type: KnownType, pick: number, range?: number): ValueId => {
  const { builder, inputs, parameters, seed, profile } = growth;
  const count = inputs.size + parameters.size;
  const array = randomArray(type, seed + 977 * count + (pick % 101), profile, range);
  const form = Math.floor(pick / 7) % 8;
  if (form === 5 && range === undefined) return builder.constant(telling(type.dtype, pick), type.dtype, type.shape);
  if (form === 6) return builder.data(type.dtype, type.shape, contentsOf(array));
  const name = `x${count}`;
  (form === 7 ? parameters : inputs).set(name, array);
  const value = form === 7 ? builder.parameter(name, type) : builder.input(name, type);
  if (range === undefined) growth.values.push(value);
  return value;
};

const emit = ({ builder }: Growth, op: OpKind, operands: readonly ValueId[], attrs: Attributes): ValueId =>
  builder.emit(op, operands, attrs)[0] ?? unreachable();

const unreachable = (): never => {
  throw new TypeError("conversions have one result");
};

/** A value as one of another type: converted, flattened, cut or padded, and reshaped; each only where it is needed. */
const fit = (growth: Growth, value: ValueId, { dtype, shape }: KnownType): ValueId => {
  const [from, to] = [sizeOf(knownTypeOf(growth, value).shape), sizeOf(shape)];
  let fitted = value;
  const then = (op: OpKind, attrs: Attributes): void => {
    fitted = emit(growth, op, [fitted], attrs);
  };
  if (knownTypeOf(growth, fitted).dtype !== dtype) then("cast", { dtype });
  if (from !== to) then("reshape", { shape: [from] });
  if (from > to) then("slice", { starts: [0], ends: [to], steps: [1] });
  if (from < to) then("pad", { low: [0], high: [to - from], interior: [0], value: 1 });
  if (!sameType(knownTypeOf(growth, fitted), { dtype, shape })) then("reshape", { shape });
  return fitted;
};

/** An operand of the type: an old value, a fitted one, or a leaf. */
const operand = (growth: Growth, type: KnownType, pick: number): ValueId => {
  const same = growth.values.filter((value) => sameType(knownTypeOf(growth, value), type));
  const [choice, among] = [pick % 6, Math.floor(pick / 6)];
  if (choice > 0 && same.length > 0) return same[among % same.length] ?? unreachable();
  if (choice > 2 && growth.values.length > 0)
    return fit(growth, growth.values[among % growth.values.length] ?? unreachable(), type);
  return plant(growth, type, among);
};

const isEmpty = ({ shape }: KnownType): boolean => sizeOf(shape) === 0;

const grow = (growth: Growth, { op, operands, attrs, picks }: Step, maxElements: number): void => {
  const definition = opOf(op);
  const results = definition.infer(operands, attrs);
  const sizes = [...operands, ...results].map(({ shape }) => sizeOf(knownShape(shape)));
  if (sizes.some((size) => size > maxElements)) return;
  const chosen = operands.map((type, position) => {
    const range = definition.operandRange?.(position, operands, attrs);
    const pick = picks[position % picks.length] ?? 0;
    if (range === undefined || isEmpty(type)) return operand(growth, type, pick);
    return plant(growth, type, pick, isKnown(range) ? range : 1);
  });
  growth.values.push(...growth.builder.emit(op, chosen, { ...attrs }));
};

/** Values that nothing reads leave the graph; a parameter becomes the newest value of its type. */
const entryOf = (growth: Growth): Entry => {
  const draft = growth.builder.finish("draft", []);
  const read = new Set([...draft.nodes.values()].flatMap(({ operands }) => operands));
  const unread = growth.values.filter((value) => !read.has(value));
  const wanted = [...new Set(unread.length > 0 ? unread : growth.values.slice(-1))];
  const outputs = wanted.map((value, position): NamedValue => ({ name: `y${position}`, value }));
  const updates = draft.parameters.slice(0, 1).flatMap((parameter): NamedValue[] => {
    const type = growth.builder.typeOf(parameter);
    const newest = growth.values.findLast((value) => sameType(growth.builder.typeOf(value), type));
    const name = [...growth.parameters.keys()][0];
    return newest === undefined || name === undefined ? [] : [{ name, value: newest }];
  });
  return { name: "main", outputs, updates };
};

/** Random graphs with values to run them on. What fails shrinks by rules for graphs. */
export const graphs = (options: GraphOptions = {}): fc.Arbitrary<GraphCase> => shrinking(drawnGraphs(options));

const drawnGraphs = ({
  ops: kinds = computingOps,
  maxSteps = 10,
  values = ["normal", "whole", "special"],
  maxElements = 4096,
}: GraphOptions): fc.Arbitrary<GraphCase> =>
  fc
    .record({
      steps: fc.array(fc.oneof(...kinds.map(step)), { minLength: 1, maxLength: maxSteps }),
      seed: fc.nat(),
      profile: fc.constantFrom(...values),
    })
    .map(({ steps, seed, profile }) => {
      const builder = graphBuilder();
      const growth: Growth = { builder, values: [], inputs: new Map(), parameters: new Map(), seed, profile };
      for (const each of steps) grow(growth, each, maxElements);
      if (growth.values.length === 0) plant(growth, { dtype: "f32", shape: [] }, 0);
      const graph = builder.finish("random", [entryOf(growth)]);
      return {
        graph,
        feeds: Object.fromEntries(growth.inputs),
        parameters: Object.fromEntries(growth.parameters),
        [fc.toStringMethod]: () => describe(graph, profile, seed),
      };
    });

const describe = (graph: Graph, profile: ValueProfile, seed: number): string =>
  [
    `values: ${profile}, seed ${seed}`,
    ...[...graph.nodes.values()].map(
      ({ op, operands, attrs, results }) =>
        `%${results.map(({ id }) => id).join()} = ${op} ${operands.map((id) => `%${id}`).join(" ")} ${JSON.stringify(attrs)}`,
    ),
    ...graph.entries.flatMap(({ outputs, updates }) =>
      [...outputs, ...updates].map(({ name, value }) => `${name}: %${value}`),
    ),
  ].join("\n");

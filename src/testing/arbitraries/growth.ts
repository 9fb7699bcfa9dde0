// A graph that grows: the values there are, and how a further use gets its operands. Valid by construction: an operand is a
// value of the wanted type where there is one, or another value converted, repeated, cut or padded to that type, or a new leaf.
import { type GraphBuilder, graphBuilder } from "../../ir/graph/builder.ts";
import type { ValueId } from "../../ir/graph/graph.ts";
import type { Trace } from "../../ir/graph/trace.ts";
import { traceOver } from "../../ir/graph/traced-tensor.ts";
import type { Attributes } from "../../ir/ops/attributes.ts";
import type { OpKind } from "../../ir/ops/index.ts";
import { type DType, dtypes, isFloat } from "../../ir/types/dtype.ts";
import { type KnownType, type NdArray, sizeOf } from "../../ir/types/ndarray.ts";
import { broadcastsTo, knownType } from "../../ir/types/shape.ts";
import { sameType } from "../../ir/types/tensor-type.ts";
import { randomArray, type ValueProfile } from "./values.ts";

/** What is settled before a graph grows. */
export interface GrowthPlan {
  readonly seed: number;
  /** What leaves are drawn from, one of them each. */
  readonly profiles: readonly ValueProfile[];
  /** How often, of 1, a value that is read already is preferred where an old value becomes an operand. */
  readonly sharing: number;
  /** Whether integers are never made of floats, so that all that floats reach has a slope. */
  readonly differentiable: boolean;
  readonly maxElements: number;
}

/** A graph under construction. */
export interface Growth extends GrowthPlan {
  readonly trace: Trace;
  /** What may become an operand. */
  readonly values: ValueId[];
  readonly ofType: Map<string, ValueId[]>;
  readonly read: Set<ValueId>;
  /** Results of all nodes in the order in which they were made, some of them more than once. */
  readonly made: ValueId[];
  readonly inputs: Map<string, NdArray>;
  readonly parameters: Map<string, NdArray>;
  /** Inputs and parameters by name. */
  readonly leaves: Map<string, ValueId>;
}

/** A builder that tells what its nodes read and give. */
const watched = (builder: GraphBuilder, { read, made }: Pick<Growth, "read" | "made">): GraphBuilder => ({
  ...builder,
  emit: (op, operands, attrs, location) => {
    for (const operand of operands) read.add(operand);
    const results = builder.emit(op, operands, attrs, location);
    made.push(...results);
    return results;
  },
});

/** Starts with an empty graph. */
export const startGrowth = (plan: GrowthPlan): Growth => {
  const seen = { read: new Set<ValueId>(), made: [] };
  return {
    ...plan,
    ...seen,
    trace: traceOver(watched(graphBuilder(), seen)),
    values: [],
    ofType: new Map(),
    inputs: new Map(),
    parameters: new Map(),
    leaves: new Map(),
  };
};

const keyOf = ({ dtype, shape }: KnownType): string => `${dtype}${shape.join()}`;

export const knownTypeOf = ({ trace }: Growth, value: ValueId): KnownType => knownType(trace.builder.typeOf(value));

/** Lets a value become an operand of what comes. */
export const offer = (growth: Growth, value: ValueId): void => {
  const key = keyOf(knownTypeOf(growth, value));
  const same = growth.ofType.get(key);
  if (same?.includes(value)) return;
  growth.values.push(value);
  if (same === undefined) growth.ofType.set(key, [value]);
  else same.push(value);
};

/** Numbers that rewrite rules look for. */
const tellingFloats: readonly number[] = [0, 1, -1, 2, -0, 0.5, 3, Infinity, -Infinity, Number.NaN];

const telling = (dtype: DType, pick: number): number =>
  isFloat(dtype) ? (tellingFloats[pick % tellingFloats.length] ?? 0) : pick % 2;

/** What a leaf is. */
export type LeafForm = "input" | "parameter" | "data";

/** A new leaf with these elements. */
export const plantArray = (growth: Growth, array: NdArray, form: LeafForm): ValueId => {
  const { trace, inputs, parameters, leaves } = growth;
  const { dtype, shape, data } = array;
  if (form === "data") {
    const contents = dtypes[dtype].allocate(data.length);
    contents.set(data);
    return trace.builder.data(dtype, shape, contents);
  }
  const name = `x${inputs.size + parameters.size}`;
  (form === "parameter" ? parameters : inputs).set(name, array);
  const leaf = trace.builder[form](name, { dtype, shape });
  leaves.set(name, leaf);
  return leaf;
};

/** Random elements for a leaf. */
export const drawArray = (
  { inputs, parameters, seed, profiles }: Growth,
  type: KnownType,
  pick: number,
  range?: number,
): NdArray => {
  const profile = profiles[(pick + inputs.size) % profiles.length] ?? "normal";
  return randomArray(type, seed + 977 * (inputs.size + parameters.size) + (pick % 101), profile, range);
};

const forms: readonly LeafForm[] = ["input", "input", "input", "input", "input", "input", "data", "parameter"];

/** A leaf of the type: mostly an input, sometimes a parameter or a constant. */
export const plant = (growth: Growth, type: KnownType, pick: number, range?: number): ValueId => {
  const form = Math.floor(pick / 7) % 8;
  if (form === 5 && range === undefined)
    return growth.trace.builder.constant(telling(type.dtype, pick), type.dtype, type.shape);
  const leaf = plantArray(growth, drawArray(growth, type, pick, range), forms[form] ?? "input");
  // What indexes something must not become what indexes something smaller.
  if (range === undefined && form !== 6) offer(growth, leaf);
  return leaf;
};

const emit = ({ trace }: Growth, op: OpKind, operand: ValueId, attrs: Attributes): ValueId =>
  trace.builder.emit(op, [operand], attrs)[0] ?? unreachable();

const unreachable = (): never => {
  throw new TypeError("conversions have one result, and no list that is chosen from is empty");
};

/** A value as one of another type: converted, repeated, flattened, cut or padded, and reshaped; each only where it is needed. */
export const fit = (growth: Growth, value: ValueId, { dtype, shape }: KnownType): ValueId => {
  const own = knownTypeOf(growth, value);
  const [from, to] = [sizeOf(own.shape), sizeOf(shape)];
  let fitted = value;
  const then = (op: OpKind, attrs: Attributes): void => {
    fitted = emit(growth, op, fitted, attrs);
  };
  if (own.dtype !== dtype) then("cast", { dtype });
  if (from !== to && broadcastsTo(own.shape, shape)) {
    then("broadcast", { shape });
    return fitted;
  }
  if (from !== to && own.shape.length !== 1) then("reshape", { shape: [from] });
  if (from > to) then("slice", { starts: [0], ends: [to], steps: [1] });
  if (from < to) then("pad", { low: [0], high: [to - from], interior: [0], value: 1 });
  if (!sameType(knownTypeOf(growth, fitted), { dtype, shape })) then("reshape", { shape });
  return fitted;
};

/** One of some values: of those that are read already, or of those that are not, where there are such; seldom an empty one. */
const preferred = (growth: Growth, values: readonly ValueId[], pick: number): ValueId => {
  const { read, sharing, trace } = growth;
  const shared = pick % 100 < sharing * 100;
  const full = pick % 10 === 0 ? values : values.filter((value) => !trace.builder.typeOf(value).shape.includes(0));
  const liked = full.filter((value) => read.has(value) === shared);
  const among = liked.length > 0 ? liked : full.length > 0 ? full : values;
  return among[Math.floor(pick / 100) % among.length] ?? unreachable();
};

/** Values that may be made into one of the type. */
const convertible = (growth: Growth, { dtype }: KnownType): readonly ValueId[] =>
  growth.differentiable && !isFloat(dtype)
    ? growth.values.filter((value) => !isFloat(knownTypeOf(growth, value).dtype))
    : growth.values;

/** An operand of the type: an old value, a fitted one, or a leaf. */
export const operand = (growth: Growth, type: KnownType, pick: number): ValueId => {
  const same = growth.ofType.get(keyOf(type)) ?? [];
  const [choice, among] = [pick % 6, Math.floor(pick / 6)];
  if (choice > 0 && same.length > 0) return preferred(growth, same, among);
  const others = choice > 2 ? convertible(growth, type) : [];
  return others.length > 0 ? fit(growth, preferred(growth, others, among), type) : plant(growth, type, among);
};

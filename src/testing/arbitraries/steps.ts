// The steps by which graphs grow: uses of single ops, which every op describes of itself, and motifs. Each graph has a random
// part of all ops and motifs at its disposal (swarm testing: Groce and others 2012), for what is always mixed with everything
// seldom meets itself.
import fc from "fast-check";
import { onBehalfOf } from "../../ir/diagnostics/location.ts";
import { describeBody } from "../../ir/graph/body.ts";
import type { DescribeBody } from "../../ir/ops/body.ts";
import { type OpKind, opOf, ops } from "../../ir/ops/index.ts";
import { isFloat } from "../../ir/types/dtype.ts";
import { type KnownType, sizeOf } from "../../ir/types/ndarray.ts";
import { knownShape } from "../../ir/types/shape.ts";
import { FittingArbitrary } from "./fitting.ts";
import { type Motif, type Motifs, nowhere } from "./motifs/motif.ts";
import { randomFrom } from "./values.ts";

/** A use of an op, and choices among the values there are. */
export interface UseStep {
  readonly kind: "use";
  readonly op: OpKind;
  readonly operands: readonly KnownType[];
  readonly attrs: object;
  readonly picks: readonly number[];
}

/** A motif, and the number from which all its choices follow. */
export interface MotifStep {
  readonly kind: "motif";
  readonly name: string;
  readonly motif: Motif;
  readonly seed: number;
}

export type Step = UseStep | MotifStep;

const leaves: ReadonlySet<string> = new Set(["input", "parameter", "data"]);

/**
 * Every op that computes something, composites included: what `graphs` draws from unless it is told.
 *
 * @example
 * computingOps.includes("matmul"); // true
 */
// The keys of the registry are its kinds, which `Object.keys` cannot say.
export const computingOps: readonly OpKind[] = (Object.keys(ops) as OpKind[]).filter((kind) => !leaves.has(kind));

/** Ops of which differences do not give what their rule gives: they have no slope, or say another on purpose. */
const slopeless: ReadonlySet<OpKind> = new Set(["compare", "argmax", "oneHot", "iota", "randomBits", "stopGradient"]);

/** How often ops are drawn, where it is not once. */
const usual: Readonly<Partial<Record<OpKind, number>>> = {
  binary: 4,
  unary: 3,
  reduce: 2,
  matmul: 2,
  select: 2,
  concat: 2,
};

/** How often motifs are drawn, where it is not once: what is written in the most ways needs the most graphs. */
const usualMotifs: Readonly<Record<string, number>> = { attention: 8, nearlyAttention: 8 };

/** What steps are made of. */
export interface StepOptions {
  readonly ops: readonly OpKind[] | Readonly<Partial<Record<OpKind, number>>> | undefined;
  readonly motifs: Motifs;
  /** The share of motifs among steps, of 1. */
  readonly motifShare: number;
  readonly swarm: boolean;
  readonly differentiable: boolean;
}

type Weights = readonly (readonly [kind: OpKind, weight: number])[];

const weightsOf = ({ ops, differentiable }: StepOptions): Weights => {
  const given = ops ?? Object.fromEntries(computingOps.map((kind) => [kind, usual[kind] ?? 1]));
  // The keys of a record of kinds, which `Object.entries` cannot say.
  const all = Array.isArray(given)
    ? (given as readonly OpKind[]).map((kind): [OpKind, number] => [kind, 1])
    : (Object.entries(given) as [OpKind, number][]);
  return all.filter(([kind, weight]) => weight > 0 && !(differentiable && slopeless.has(kind)));
};

/** Whether a use makes floats of floats, and of indices and conditions at most besides. */
const hasSlope = ({ op, operands, attrs }: UseStep): boolean => {
  const definition = opOf(op);
  const isBeside = (position: number): boolean =>
    operands[position]?.dtype === "bool" || definition.operandRange?.(position, operands, attrs) !== undefined;
  return (
    operands.every(({ dtype }, position) => isFloat(dtype) || isBeside(position)) &&
    definition.infer(operands, attrs).every(({ dtype }) => isFloat(dtype))
  );
};

const elementsOf = ({ op, operands, attrs }: UseStep): number =>
  [...operands, ...opOf(op).infer(operands, attrs)].reduce(
    (most, { shape }) => Math.max(most, sizeOf(knownShape(shape))),
    0,
  );

const describeQuickly: DescribeBody = (inputs, describe) => onBehalfOf(nowhere, () => describeBody(inputs, describe));

const useOf = (op: OpKind, maxElements: number, differentiable: boolean): fc.Arbitrary<Step> =>
  new FittingArbitrary(
    fc
      .tuple(opOf(op).arbitrary(fc, describeQuickly), fc.array(fc.nat(), { minLength: 4, maxLength: 4 }))
      .map(([{ operands, attrs }, picks]): UseStep => ({ kind: "use", op, operands, attrs, picks })),
    (step) => elementsOf(step) <= maxElements && !(differentiable && !hasSlope(step)),
  );

const motifOf = (name: string, motif: Motif): fc.Arbitrary<Step> =>
  fc.nat().map((seed): MotifStep => ({ kind: "motif", name, motif, seed }));

/** Some of a list: all of it for 0, at least one of it always. */
const swarmOf = <T>(all: readonly T[], swarm: number): readonly T[] => {
  if (swarm === 0 || all.length < 2) return all;
  const random = randomFrom(swarm);
  const share = [0.15, 0.35, 0.6][swarm % 3] ?? 1;
  const some = all.filter(() => random() < share);
  return some.length > 0 ? some : all.slice(swarm % all.length).slice(0, 1);
};

/** How many swarms are told apart: enough that any few ops are together without the others in some. */
const swarms = 256;

/** Steps of graphs whose tensors have at most so many elements; a swarm is drawn for each graph. */
export const stepsOf = (
  options: StepOptions,
  maxElements: number,
): ((lengths: { readonly min: number; readonly max: number }) => fc.Arbitrary<readonly Step[]>) => {
  const weights = weightsOf(options);
  const uses = weights.map(([kind, weight]) => ({
    weight,
    arbitrary: useOf(kind, maxElements, options.differentiable),
  }));
  const written = Object.entries(options.motifs).map(([name, motif]) => ({
    weight: usualMotifs[name] ?? 1,
    arbitrary: motifOf(name, motif),
  }));
  const stepOf = (swarm: number): fc.Arbitrary<Step> => {
    const use = fc.oneof(...swarmOf(uses, swarm));
    const motifs = swarmOf(written, swarm);
    if (motifs.length === 0 || options.motifShare === 0) return use;
    const parts = Math.round(options.motifShare * 1000);
    return fc.oneof({ weight: 1000 - parts, arbitrary: use }, { weight: parts, arbitrary: fc.oneof(...motifs) });
  };
  const known = new Map<number, fc.Arbitrary<Step>>();
  const remembered = (swarm: number): fc.Arbitrary<Step> => {
    const step = known.get(swarm) ?? stepOf(swarm);
    known.set(swarm, step);
    return step;
  };
  return ({ min, max }) => {
    const list = (swarm: number): fc.Arbitrary<readonly Step[]> =>
      fc.array(remembered(swarm), { minLength: min, maxLength: max, size: "max" });
    if (!options.swarm) return list(0);
    return fc.oneof({ weight: 1, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.nat(swarms) }).chain(list);
  };
};

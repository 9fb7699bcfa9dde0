// What the coverage matrix has a row for, and uses to fill the row with: every op, and every function of the ops that apply
// functions by name. A use of each element type is made from random ones by putting that type where theirs differ.
import fc from "fast-check";
import { allOps } from "../../src/cli/topics.ts";
import { WeftError } from "../../src/ir/diagnostics/diagnostic.ts";
import { invariant } from "../../src/ir/diagnostics/invariant.ts";
import { describeBody } from "../../src/ir/graph/body.ts";
import type { AttributeKind, Attributes } from "../../src/ir/ops/attributes.ts";
import { type AnyOp, isOpKind, type OpKind } from "../../src/ir/ops/index.ts";
import type { OpInstance } from "../../src/ir/ops/op.ts";
import { binary } from "../../src/ir/scalar/binary.ts";
import type { Domain } from "../../src/ir/scalar/function.ts";
import { unary } from "../../src/ir/scalar/unary.ts";
import type { DType } from "../../src/ir/types/dtype.ts";
import { type KnownType, sizeOf } from "../../src/ir/types/ndarray.ts";
import { knownShape } from "../../src/ir/types/shape.ts";

/** A row of the matrix: an op, or one function that it applies. */
export interface Subject {
  readonly name: string;
  readonly kind: OpKind;
  readonly op: AnyOp;
  /** Random uses, the same at each run. */
  readonly samples: readonly OpInstance<object, "many">[];
  /** Where the values of an operand are taken from: where a function is smooth. */
  readonly domain: (operand: number) => Domain;
}

/** A use of an op on known types. */
export interface Use {
  readonly operands: readonly KnownType[];
  readonly attrs: Attributes;
}

/** Uses with one element type, or the code with which the typing rule refuses all of them. */
export type Uses = { readonly accepted: readonly Use[] } | { readonly refused: string };

const samplesPerSubject = 60;

const anywhere: Domain = [-2, 2];

const domains: Readonly<Record<string, Readonly<Record<string, readonly Domain[]>>>> = {
  unary: Object.fromEntries(Object.entries(unary).map(([fn, { domain }]) => [fn, [domain]])),
  binary: Object.fromEntries(Object.entries(binary).map(([fn, { domain }]) => [fn, domain])),
};

const functionIn = (attrs: object): string | undefined =>
  "fn" in attrs && typeof attrs.fn === "string" ? attrs.fn : undefined;

const functionsOf = ({ attributes }: AnyOp): readonly string[] => {
  const kind = new Map<string, AttributeKind>(Object.entries(attributes)).get("fn");
  return typeof kind === "object" ? kind.oneOf : [];
};

const subjectsOf = (op: AnyOp): readonly Subject[] => {
  const { kind } = op;
  if (!isOpKind(kind)) return [];
  const functions = functionsOf(op);
  const numRuns = samplesPerSubject * Math.max(1, functions.length);
  const samples = fc.sample(op.arbitrary(fc, describeBody), { numRuns, seed: 20 });
  if (functions.length === 0) return [{ name: kind, kind, op, samples, domain: () => anywhere }];
  return functions.map((fn) => ({
    name: `${kind} ${fn}`,
    kind,
    op,
    samples: samples.filter(({ attrs }) => functionIn(attrs) === fn),
    domain: (operand) => domains[kind]?.[fn]?.[operand] ?? anywhere,
  }));
};

/** Every row, in the order of the registry. */
export const subjects = (): readonly Subject[] => allOps.flatMap(subjectsOf);

/** The operands whose element type differs from sample to sample. */
const varyingOperands = (samples: readonly OpInstance<object, "many">[]): ReadonlySet<number> => {
  const seen = new Map<number, Set<DType>>();
  for (const { operands } of samples)
    for (const [position, { dtype }] of operands.entries())
      seen.set(position, (seen.get(position) ?? new Set()).add(dtype));
  return new Set([...seen].flatMap(([position, found]) => (found.size > 1 ? [position] : [])));
};

/** Puts an element type where samples differ in theirs: in operands, or else in the attribute that says it, or else everywhere. */
const retyped = ({ samples }: Subject, dtype: DType): readonly Use[] => {
  const varying = varyingOperands(samples);
  const byAttribute = varying.size === 0 && samples.some(({ attrs }) => "dtype" in attrs);
  const isRetyped = (position: number): boolean => (varying.size === 0 ? !byAttribute : varying.has(position));
  return samples.map(({ operands, attrs }) => ({
    operands: operands.map((type, position) => (isRetyped(position) ? { ...type, dtype } : type)),
    // The attributes of a sample are those of its op, which the text form can write.
    attrs: (byAttribute ? { ...attrs, dtype } : attrs) as Attributes,
  }));
};

const sizeOfUse = ({ operands }: Use, results: readonly KnownType[]): number =>
  [...operands, ...results].reduce((size, { shape }) => size + sizeOf(shape), 0);

/** Uses with an element type, smaller ones first, none of them empty. */
export const usesOf = (subject: Subject, dtype: DType): Uses => {
  let refused = "";
  const accepted = retyped(subject, dtype).flatMap((use) => {
    try {
      const types = subject.op.infer(use.operands, use.attrs);
      const results = types.map((type) => ({ dtype: type.dtype, shape: knownShape(type.shape) }));
      const isEmpty = [...use.operands, ...results].some(({ shape }) => sizeOf(shape) === 0);
      return isEmpty ? [] : [{ use, size: sizeOfUse(use, results) }];
    } catch (error) {
      if (!(error instanceof WeftError)) throw error;
      refused = error.code;
      return [];
    }
  });
  invariant(
    accepted.length > 0 || refused !== "",
    `${subject.name} has a use of ${dtype} that is not empty, or refuses it`,
  );
  if (accepted.length === 0) return { refused };
  return { accepted: accepted.toSorted((a, b) => a.size - b.size).map(({ use }) => use) };
};

// Rewrite rules as data. A rule is a ts-pattern clause, "this expression => that expression", recorded when its module
// loads and not run: from the recorded pattern an index is derived (the op at the root, its function, the ops of its
// operands), so that at a node only the few rules that can match are tried. The right side is data as well: a term of
// matched values and nodes to make.
import { isMatching, match, type P } from "ts-pattern";
import type { View } from "../ir/graph/view.ts";
import type { Attributes } from "../ir/ops/attributes.ts";
import type { Attrs, OpKind } from "../ir/ops/index.ts";
import type { BinaryFn } from "../ir/scalar/binary.ts";
import type { UnaryFn } from "../ir/scalar/unary.ts";
import type { Shape, TensorType } from "../ir/types/tensor-type.ts";

/** A node to be made. */
export interface NewNode {
  readonly make: OpKind;
  readonly attrs: Attributes;
  readonly args: readonly Term[];
}

/** The right side of a rule: a matched value, or a node over terms. */
export type Term = View | NewNode;

/** What a rule answers: the term that stands for the matched node, or undefined where it does not apply after all. */
export type Rewrite = Term | undefined;

/** What a clause is written on: a ts-pattern match expression, so inference and selections are ts-pattern's own. */
export type Matching = ReturnType<typeof match<View, Rewrite>>;

/** A clause or several with one idea: `(node) => node.with(pattern, handler)`. */
export type Clause = (node: Matching) => unknown;

/**
 * How far a rule may change numbers. `exact`: the same bits for all inputs, NaN, infinities and -0 included. `finite`:
 * the same unless NaN or an infinity appears. `rounding`: the same formula, rounded elsewhere.
 */
export type Numerics = "exact" | "finite" | "rounding";

/** What a node must look like for a clause to be worth trying; undefined where the pattern leaves it open. */
export interface Outline {
  readonly op: string | undefined;
  /** A pattern of the op's function. */
  readonly fn: unknown;
  /** The ops of the operands. */
  readonly operands: OperandOps | undefined;
}

type OperandOps = readonly (string | undefined)[];

/** One rule. */
export interface Rule {
  /** Group and own name, as traces show it: `arithmetic/multiplyByOne`. */
  readonly name: string;
  /** How far it may change results. */
  readonly numerics: Numerics;
  /** What a node must look like for the rule to be asked. */
  readonly outlines: readonly Outline[];
  /** What takes the node's place, where the rule matches. */
  readonly apply: (node: View) => Rewrite;
}

/** Rules that belong together. */
export interface RuleSet {
  readonly group: string;
  readonly numerics: Numerics;
  readonly rules: readonly Rule[];
}

/** Makes a node of the right side. */
export const make = <K extends OpKind>(op: K, attrs: Attrs<K> & Attributes, ...args: readonly Term[]): NewNode => ({
  make: op,
  attrs,
  args,
});

/** A unary function of a term. */
export const unary = (fn: UnaryFn, x: Term): NewNode => make("unary", { fn }, x);

/** A binary function of two terms of one type. */
export const binary = (fn: BinaryFn, x: Term, y: Term): NewNode => make("binary", { fn }, x, y);

/** A tensor of this type filled with one number. */
export const filled = (value: number, { dtype, shape }: TensorType): NewNode =>
  make("constant", { value, dtype, shape });

/** The same elements in another shape. */
export const reshaped = (shape: Shape, x: Term): NewNode => make("reshape", { shape }, x);

type RecordedArguments = readonly unknown[];

/** The part of a match expression that a recorded clause is played back on. */
interface Playback {
  readonly with: (...args: RecordedArguments) => Playback;
  readonly otherwise: (fallback: () => undefined) => Rewrite;
}

/** The arguments of each `.with` of a clause, in order. */
const record = (clause: Clause): readonly RecordedArguments[] => {
  const recorded: RecordedArguments[] = [];
  const recorder: Playback = {
    with: (...args) => {
      recorded.push(args);
      return recorder;
    },
    otherwise: () => undefined,
  };
  // The recorder answers to the one method that clauses call; to them it is the match expression they are typed with.
  clause(recorder as Playback & Matching);
  return recorded;
};

const property = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;

const literal = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

/** What a pattern demands. Matchers (`P.select()`, `P.union(...)`) of ops leave their place open. */
const outline = (pattern: unknown): Outline => {
  const args = property(pattern, "args");
  return {
    op: literal(property(pattern, "op")),
    fn: property(property(pattern, "attrs"), "fn"),
    operands: Array.isArray(args) ? args.map((arg) => literal(property(arg, "op"))) : undefined,
  };
};

const rule = (name: string, numerics: Numerics, clause: Clause): Rule => {
  const recorded = record(clause);
  return {
    name,
    numerics,
    outlines: recorded.map(([pattern]) => outline(pattern)),
    apply: (node) => {
      // The recorded arguments were typed against this very expression when the clause was written.
      let expression = match<View, Rewrite>(node) as unknown as Playback;
      for (const args of recorded) expression = expression.with(...args);
      return expression.otherwise(() => undefined);
    },
  };
};

/** Makes rules from clauses by name. Those of class `exact` are always on; a pipeline asks for the others by name. */
export const rules = (
  group: string,
  clauses: Readonly<Record<string, Clause>>,
  { numerics = "exact" }: { readonly numerics?: Numerics } = {},
): RuleSet => ({
  group,
  numerics,
  rules: Object.entries(clauses).map(([name, clause]) => rule(`${group}/${name}`, numerics, clause)),
});

/** A rule that may apply to nodes of one op and function: for each clause that may, the ops that it wants as operands. */
interface Candidate {
  readonly rule: Rule;
  readonly operands: readonly (OperandOps | undefined)[];
}

// What stands in a clause's pattern is itself a pattern.
const admits = (pattern: unknown, value: unknown): boolean =>
  pattern === undefined || isMatching(pattern as P.Pattern, value);

const candidates = (all: readonly Rule[], op: OpKind, fn: unknown): readonly Candidate[] =>
  all.flatMap((each): readonly Candidate[] => {
    const fitting = each.outlines.filter((clause) => (clause.op ?? op) === op && admits(clause.fn, fn));
    return fitting.length === 0 ? [] : [{ rule: each, operands: fitting.map(({ operands }) => operands) }];
  });

/** The nodes that a node is made from, as far as outlines know of them. */
type Operands = readonly { readonly op: OpKind }[];

/** Whether the operands of a node are as a clause wants them: cheap, and true of every node that the clause matches. */
const fits = (operands: OperandOps | undefined, args: Operands): boolean =>
  operands === undefined ||
  (operands.length === args.length &&
    operands.every((operand, position) => operand === undefined || operand === args[position]?.op));

/** Finds the rules that can match a node, in the order of the rule sets; most can match none whatever it is made from. */
export type RuleIndex = (node: Pick<View, "op" | "attrs">, operands: () => Operands) => readonly Rule[];

const newIndex = (sets: readonly RuleSet[]): RuleIndex => {
  const all = sets.flatMap((set) => set.rules);
  const byRoot = new Map<OpKind, Map<unknown, readonly Candidate[]>>();
  const rooted = ({ op, attrs }: Pick<View, "op" | "attrs">): readonly Candidate[] => {
    const fn = property(attrs, "fn");
    const byFunction = byRoot.get(op) ?? new Map<unknown, readonly Candidate[]>();
    const found = byFunction.get(fn) ?? candidates(all, op, fn);
    byRoot.set(op, byFunction.set(fn, found));
    return found;
  };
  return (node, operandsOf) => {
    const possible = rooted(node);
    if (possible.length === 0) return [];
    const args = operandsOf();
    return possible.filter(({ operands }) => operands.some((ops) => fits(ops, args))).map(({ rule: each }) => each);
  };
};

/** Indexes by the list that they are of: the lists of passes are made once, and asked about every graph. */
const indexes = new WeakMap<readonly RuleSet[], RuleIndex>();

/** The index of a list of rule sets. */
export const ruleIndex = (sets: readonly RuleSet[]): RuleIndex => {
  const index = indexes.get(sets) ?? newIndex(sets);
  indexes.set(sets, index);
  return index;
};

// The registry: every op by its kind. Families hold one object per op; here they are only put side by side, core ops (which
// lower) apart from composites (which say themselves in other ops).
import { alongAxis } from "./along-axis.ts";
import { attending } from "./attention.ts";
import { calling } from "./calling.ts";
import { contraction } from "./contraction.ts";
import { convolution, convolutionGradients } from "./convolution.ts";
import { dynamicSlicing } from "./dynamic-slicing.ts";
import { elementwise } from "./elementwise.ts";
import { gradient } from "./gradient.ts";
import { indexing } from "./indexing.ts";
import { leaf } from "./leaf.ts";
import { loss } from "./loss.ts";
import { movement } from "./movement.ts";
import { normalization } from "./normalization.ts";
import type { Arity, OpDefinition } from "./op.ts";
import { averagePooling, maxPooling } from "./pooling.ts";
import { random } from "./random.ts";
import { recurrence } from "./recurrence.ts";
import { reduction } from "./reduction.ts";
import { slicing } from "./slicing.ts";
import { windowing } from "./windows.ts";

type Core = typeof leaf &
  typeof elementwise &
  typeof reduction &
  typeof movement &
  typeof slicing &
  typeof dynamicSlicing &
  typeof indexing &
  typeof alongAxis &
  typeof random &
  typeof contraction &
  typeof windowing &
  typeof maxPooling &
  typeof convolution &
  typeof recurrence &
  typeof attending;
type Composite = typeof convolutionGradients &
  typeof averagePooling &
  typeof normalization &
  typeof loss &
  typeof gradient &
  typeof calling;
type Registry = Core & Composite;

/** Every op, by kind. */
export const ops: Registry = {
  ...leaf,
  ...elementwise,
  ...reduction,
  ...movement,
  ...slicing,
  ...dynamicSlicing,
  ...indexing,
  ...alongAxis,
  ...random,
  ...contraction,
  ...windowing,
  ...maxPooling,
  ...convolution,
  ...recurrence,
  ...convolutionGradients,
  ...averagePooling,
  ...normalization,
  ...loss,
  ...gradient,
  ...calling,
  ...attending,
};

/** The name of an op. */
export type OpKind = keyof Registry;
/** Ops that are said in other ops, and so are gone after decomposition. */
export type CompositeOp = keyof Composite;
/** Ops that lower. */
export type CoreOp = keyof Core;

/** The attributes of an op. */
export type Attrs<K extends OpKind> = Registry[K] extends {
  readonly infer: (operands: never, attrs: infer A) => unknown;
}
  ? A
  : never;

/**
 * The definition of an op whose kind is only known at run time: operands and results as plain lists. The one place
 * where the registry's exact types are widened.
 */
export interface AnyOp extends Omit<OpDefinition<object, "many", "many">, "arity" | "resultArity"> {
  readonly arity: Arity;
  readonly resultArity: Arity;
}

// Every definition accepts its own arity as a list; what is lost is the count, which the verifier checks (V4).
const table: ReadonlyMap<string, AnyOp> = new Map(
  Object.entries(ops).map(([kind, op]): [string, AnyOp] => [kind, op as AnyOp]),
);

/** The definition of a kind known only at run time; undefined for a name that is no op. */
export const findOp = (kind: string): AnyOp | undefined => table.get(kind);

/** The definition of a node's op. */
export const opOf = (kind: OpKind): AnyOp => {
  const op = table.get(kind);
  if (op === undefined) throw new TypeError(`no op named ${kind}`);
  return op;
};

export const isOpKind = (kind: string): kind is OpKind => table.has(kind);

// The attribute schemas of all ops by name, for those who handle attributes without knowing ops: text and the verifier.
import type { AttributeKind } from "../ops/attributes.ts";
import { ops } from "../ops/index.ts";

/** The kinds of an op's attributes, in the order in which they are written. */
export type Schema = ReadonlyMap<string, AttributeKind>;

const schemas: ReadonlyMap<string, Schema> = new Map(
  Object.entries(ops).map(([kind, { attributes }]): readonly [string, Schema] => [
    kind,
    new Map<string, AttributeKind>(Object.entries(attributes)),
  ]),
);

const empty: Schema = new Map();

/** The schema of an op; empty for a name that is no op. */
export const schemaOf = (op: string): Schema => schemas.get(op) ?? empty;

/** Whether an attribute merely repeats the result type, and so is not written. */
export const isInResultType = (kind: AttributeKind): boolean => kind === "resultDtype" || kind === "resultShape";

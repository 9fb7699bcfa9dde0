// Loops over vectors that are as well said over numbers. JavaScript has no vectors: printed lane by lane, a loop of four
// elements at a time has four times the text and no advantage. Where lanes have nothing to do with each other, each loop is
// printed as what it was before it was vectorised:
//
//   for i in 0..8 step 4 { y[i; 4] = x[i; 4] * splat(2) }
//   for i in 0..8 { y[i] = x[i] * 2 }
import { childrenOf, type Expr, isVector, type LoopType, laneType } from "../../ir/loop/expr.ts";
import type { Kernel } from "../../ir/loop/kernel.ts";
import { sameExpr } from "../../ir/loop/key.ts";
import { addScaled, coefficientOf, constantOf, type Linear, linearOf } from "../../ir/loop/linear.ts";
import { declaredNames, exprsOf, mapChildren, mapOwnExprs, someExpr } from "../../ir/loop/rewrite.ts";
import type { Stmt, StmtOf } from "../../ir/loop/stmt.ts";

type Loop = StmtOf<"for">;

const lanes = 4;

/** A load or store of four elements, its index as a sum. */
interface Access {
  readonly buffer: string;
  readonly index: Linear;
  /** From lane to lane. */
  readonly stride: number;
  readonly writes: boolean;
}

/** A store of four lanes, so far apart as the stride says, in one statement. */
interface LaneStore extends StmtOf<"store"> {
  readonly stride: number;
}

/** The four stores of a vector's lanes that begin at a position, as one, where they go evenly through a buffer. */
const laneStoreAt = (body: readonly Stmt[], position: number): LaneStore | undefined => {
  const [first, ...others] = body.slice(position, position + lanes);
  if (first?.kind !== "store" || first.value.kind !== "lane" || first.value.lane !== 0) return undefined;
  const { buffer, index, value } = first;
  const start = linearOf(index);
  const distances = others.flatMap((stmt, at) => {
    if (stmt.kind !== "store" || stmt.buffer !== buffer || stmt.value.kind !== "lane") return [];
    const { lane, operand } = stmt.value;
    if (lane !== at + 1 || !sameExpr(operand, value.operand)) return [];
    return [(constantOf(addScaled(linearOf(stmt.index), start, -1)) ?? 0) / (at + 1)];
  });
  const [stride = 0] = distances;
  const isEven = distances.length === lanes - 1 && stride > 0 && distances.every((distance) => distance === stride);
  return isEven ? { ...first, value: value.operand, stride } : undefined;
};

/** The body with stores of lanes put together. */
const withLaneStores = (body: readonly Stmt[]): readonly (Stmt | LaneStore)[] => {
  const result: (Stmt | LaneStore)[] = [];
  for (let position = 0; position < body.length; position++) {
    const stores = laneStoreAt(body, position);
    const stmt = stores ?? body[position];
    if (stmt !== undefined) result.push(stmt);
    if (stores !== undefined) position += lanes - 1;
  }
  return result;
};

/** What is known of a loop while it is looked at. */
interface View {
  readonly loop: Loop;
  /** The names that differ from iteration to iteration. */
  readonly varying: ReadonlySet<string>;
  readonly forms: Map<string, Linear>;
  /** Whether a vector from outside the loop has one number in all lanes. */
  readonly isUniform: (name: string) => boolean;
}

const mentionsVarying = ({ varying }: View, expr: Expr): boolean =>
  someExpr(expr, (each) => each.kind === "var" && varying.has(each.name));

/** The index as a sum, if the next lane is where the next iteration would be. */
const steadyIndex = (index: Expr, view: View, stride = 1): Linear | undefined => {
  const form = linearOf(index, (name) => view.forms.get(name));
  return coefficientOf(form, view.loop.index, (atom) => mentionsVarying(view, atom)) === stride ? form : undefined;
};

/** Whether each lane of a value is what the value would be in that lane's iteration. Adds its loads to `accesses`. */
const isLanewise = (expr: Expr, view: View, accesses: Access[]): boolean => {
  if (!isVector(expr.type)) return false;
  switch (expr.kind) {
    case "var":
      return view.varying.has(expr.name) || view.isUniform(expr.name);
    case "load": {
      const index = steadyIndex(expr.index, view, expr.stride);
      if (index === undefined) return false;
      accesses.push({ buffer: expr.buffer, index, stride: expr.stride ?? 1, writes: false });
      return true;
    }
    case "splat":
      return !mentionsVarying(view, expr.operand);
    case "ramp":
      return steadyIndex(expr.operand, view) !== undefined;
    default:
      return childrenOf(expr).every((child) => isLanewise(child, view, accesses));
  }
};

const isLanewiseStmt = (stmt: Stmt | LaneStore, view: View, accesses: Access[]): boolean => {
  if (stmt.kind === "let" && stmt.value.type === "i32") {
    view.forms.set(
      stmt.name,
      linearOf(stmt.value, (name) => view.forms.get(name)),
    );
    // Vectors are gone from the loop, so no lane of one is left to be had.
    return !stmt.mutable && !someExpr(stmt.value, (each) => each.kind === "load" || isVector(each.type));
  }
  if (stmt.kind === "let") return isLanewise(stmt.value, view, accesses);
  // What an iteration assigns to is its own.
  if (stmt.kind === "assign") return view.varying.has(stmt.name) && isLanewise(stmt.value, view, accesses);
  if (stmt.kind !== "store") return false;
  const stride = "stride" in stmt ? stmt.stride : 1;
  const index = steadyIndex(stmt.index, view, stride);
  if (index === undefined || !isLanewise(stmt.value, view, accesses)) return false;
  accesses.push({ buffer: stmt.buffer, index, stride, writes: true });
  return true;
};

/** The names under which a kernel may reach the memory of one of its buffers. */
export const sharedWith = (buffer: string, kernel: Kernel): ReadonlySet<string> => {
  const names = new Set([buffer]);
  for (const pair of kernel.inPlace) {
    const both = pair.map((position) => kernel.parameters[position]?.name ?? "");
    if (both.includes(buffer)) for (const name of both) names.add(name);
  }
  return names;
};

/** Whether a number that all lanes share is read from one of the buffers, alone or as a part of a vector. */
const sharesReads = (stmt: Stmt, names: ReadonlySet<string>): boolean => {
  const reads = (expr: Expr): boolean => someExpr(expr, (each) => each.kind === "load" && names.has(each.buffer));
  return exprsOf(stmt).some((expr) => someExpr(expr, (each) => !isVector(each.type) && reads(each)));
};

/** Whether no lane touches an element that another lane of the same four writes. */
const areApart = (accesses: readonly Access[], body: readonly Stmt[], kernel: Kernel): boolean =>
  accesses
    .filter(({ writes }) => writes)
    .every((write) => {
      const names = sharedWith(write.buffer, kernel);
      const isApart = ({ buffer, index, stride }: Access): boolean => {
        if (!names.has(buffer)) return true;
        const distance = stride === write.stride ? constantOf(addScaled(index, write.index, -1)) : undefined;
        if (distance === undefined) return false;
        return distance === 0 || distance % stride !== 0 || Math.abs(distance) >= lanes * stride;
      };
      return accesses.every(isApart) && !body.some((stmt) => sharesReads(stmt, names));
    });

/** An expression of one lane. */
const narrowExpr = (expr: Expr): Expr => {
  if (!isVector(expr.type)) return expr;
  if (expr.kind === "splat" || expr.kind === "ramp") return expr.operand;
  if (expr.kind === "load") return { kind: "load", type: laneType(expr.type), buffer: expr.buffer, index: expr.index };
  // A lane has the type of a lane, and each kind of expression takes operands of its own type, or of another vector's.
  return { ...mapChildren(expr, narrowExpr), type: laneType(expr.type) as LoopType } as Expr;
};

/** The loop over single elements that does what this loop over vectors does, if there is one. */
export const narrowed = (loop: Loop, kernel: Kernel, isUniform: (name: string) => boolean): Loop | undefined => {
  const { from, to, step, body } = loop;
  if (step !== lanes || from.kind !== "const" || to.kind !== "const") return undefined;
  if ((to.value - from.value) % lanes !== 0) return undefined;
  const varying = new Set([loop.index, ...declaredNames(body)]);
  const view: View = { loop, varying, forms: new Map(), isUniform };
  const accesses: Access[] = [];
  const grouped = withLaneStores(body);
  if (!grouped.every((stmt) => isLanewiseStmt(stmt, view, accesses)) || !areApart(accesses, grouped, kernel))
    return undefined;
  return { ...loop, step: 1, body: grouped.map((stmt) => mapOwnExprs(stmt, narrowExpr)) };
};

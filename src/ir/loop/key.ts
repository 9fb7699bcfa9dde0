// A text that two expressions share exactly when they are the same expression, so that maps can be keyed by expressions.
// Unlike JSON it tells 0 from -0, and NaN from the infinities.
import { childrenOf, type Expr, someChild } from "./expr.ts";

const known = new WeakMap<Expr, string>();

const detailOf = (expr: Expr): string => {
  switch (expr.kind) {
    case "unary":
    case "binary":
    case "compare":
    case "reduceLanes":
      return ` ${expr.fn}`;
    case "lane":
      return ` ${expr.lane}`;
    case "load":
      return expr.stride === undefined ? ` ${expr.buffer}` : ` ${expr.buffer} by ${expr.stride}`;
    default:
      return "";
  }
};

const makeKey = (expr: Expr): string => {
  let key = `(${expr.kind} ${expr.type}${detailOf(expr)}`;
  for (const child of childrenOf(expr)) key += ` ${keyOf(child)}`;
  return `${key})`;
};

const isLeaf = ({ kind }: Expr): boolean => kind === "var" || kind === "const";

/** The key of an expression; that of a variable is its name. */
export const keyOf = (expr: Expr): string => {
  // The keys of leaves, and of what is made of leaves alone, are made faster than they are found.
  if (expr.kind === "var") return expr.name;
  if (expr.kind === "const") return `${expr.type}:${Object.is(expr.value, -0) ? "-0" : expr.value}`;
  if (!someChild(expr, (child) => !isLeaf(child))) return makeKey(expr);
  const found = known.get(expr);
  if (found !== undefined) return found;
  const key = makeKey(expr);
  known.set(expr, key);
  return key;
};

/** Whether two expressions are the same, whatever objects they are made of: as their keys tell, without making them. */
export const sameExpr = (a: Expr, b: Expr): boolean => {
  if (a === b) return true;
  if (a.kind !== b.kind || a.type !== b.type) return false;
  if (a.kind === "var") return b.kind === "var" && a.name === b.name;
  if (a.kind === "const") return b.kind === "const" && Object.is(a.value, b.value);
  const others = childrenOf(b);
  return (
    detailOf(a) === detailOf(b) &&
    childrenOf(a).every((child, at) => {
      const other = others[at];
      return other !== undefined && sameExpr(child, other);
    })
  );
};

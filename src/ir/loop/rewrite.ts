// Ways over loop programs that the passes share: map, substitute, collect names. A rewrite that changes nothing hands
// back the very object it was given, so a pass can tell that it did nothing. All passes spend their time here: these make no lists
// of what they only look at.
import { type Expr, someChild } from "./expr.ts";
import type { Kernel } from "./kernel.ts";
import { sameExpr } from "./key.ts";
import type { Stmt } from "./stmt.ts";

/** The expression with `change` applied to its direct subexpressions. */
export const mapChildren = (expr: Expr, change: (child: Expr) => Expr): Expr => {
  switch (expr.kind) {
    case "const":
    case "var":
      return expr;
    case "load": {
      const index = change(expr.index);
      return index === expr.index ? expr : { ...expr, index };
    }
    case "binary":
    case "compare": {
      const left = change(expr.left);
      const right = change(expr.right);
      return left === expr.left && right === expr.right ? expr : { ...expr, left, right };
    }
    case "select": {
      const condition = change(expr.condition);
      const then = change(expr.then);
      const otherwise = change(expr.otherwise);
      const same = condition === expr.condition && then === expr.then && otherwise === expr.otherwise;
      return same ? expr : { ...expr, condition, then, otherwise };
    }
    case "unary":
    case "cast":
    case "reinterpret":
    case "splat":
    case "ramp":
    case "lane":
    case "reduceLanes": {
      const operand = change(expr.operand);
      return operand === expr.operand ? expr : { ...expr, operand };
    }
  }
};

/** Applies `change` to every subexpression, innermost first, and last to the expression itself. */
export const mapExpr = (expr: Expr, change: (expr: Expr) => Expr): Expr => {
  const map = (each: Expr): Expr => change(mapChildren(each, map));
  return map(expr);
};

/** The statement with `change` applied to its own expressions, not to those of nested statements. */
export const mapOwnExprs = (stmt: Stmt, change: (expr: Expr) => Expr): Stmt => {
  switch (stmt.kind) {
    case "let":
    case "assign": {
      const value = change(stmt.value);
      return value === stmt.value ? stmt : { ...stmt, value };
    }
    case "store": {
      const index = change(stmt.index);
      const value = change(stmt.value);
      return index === stmt.index && value === stmt.value ? stmt : { ...stmt, index, value };
    }
    case "for": {
      const from = change(stmt.from);
      const to = change(stmt.to);
      return from === stmt.from && to === stmt.to ? stmt : { ...stmt, from, to };
    }
    case "if": {
      const condition = change(stmt.condition);
      return condition === stmt.condition ? stmt : { ...stmt, condition };
    }
  }
};

/** The statement with `change` applied to its blocks. */
export const mapBlocks = (stmt: Stmt, change: (block: readonly Stmt[]) => readonly Stmt[]): Stmt => {
  switch (stmt.kind) {
    case "let":
    case "assign":
    case "store":
      return stmt;
    case "for": {
      const body = change(stmt.body);
      return body === stmt.body ? stmt : { ...stmt, body };
    }
    case "if": {
      const then = change(stmt.then);
      const otherwise = change(stmt.otherwise);
      return then === stmt.then && otherwise === stmt.otherwise ? stmt : { ...stmt, then, otherwise };
    }
  }
};

/** The own expressions of a statement, in evaluation order. */
export const exprsOf = (stmt: Stmt): readonly Expr[] => {
  switch (stmt.kind) {
    case "let":
    case "assign":
      return [stmt.value];
    case "store":
      return [stmt.index, stmt.value];
    case "for":
      return [stmt.from, stmt.to];
    case "if":
      return [stmt.condition];
  }
};

/** The blocks of a statement. */
export const blocksOf = (stmt: Stmt): readonly (readonly Stmt[])[] =>
  stmt.kind === "for" ? [stmt.body] : stmt.kind === "if" ? [stmt.then, stmt.otherwise] : [];

/** Replaces each statement by the statements that `change` gives; nested blocks are replaced first. */
export const flatMapStmts = (stmts: readonly Stmt[], change: (stmt: Stmt) => readonly Stmt[]): readonly Stmt[] => {
  const inBlock = (block: readonly Stmt[]): readonly Stmt[] => {
    const changed: Stmt[] = [];
    for (const stmt of block) for (const each of change(mapBlocks(stmt, inBlock))) changed.push(each);
    return changed.length === block.length && changed.every((stmt, at) => stmt === block[at]) ? block : changed;
  };
  return inBlock(stmts);
};

/** Replaces each statement by the one that `change` gives; nested blocks are replaced first. */
export const mapStmts = (stmts: readonly Stmt[], change: (stmt: Stmt) => Stmt): readonly Stmt[] => {
  const inBlock = (block: readonly Stmt[]): readonly Stmt[] => {
    let changed: Stmt[] | undefined;
    for (const [at, stmt] of block.entries()) {
      const result = change(mapBlocks(stmt, inBlock));
      if (changed === undefined && result !== stmt) changed = block.slice(0, at);
      changed?.push(result);
    }
    return changed ?? block;
  };
  return inBlock(stmts);
};

/** Puts expressions for variables. */
export const substitute = (expr: Expr, values: ReadonlyMap<string, Expr>): Expr =>
  values.size === 0 ? expr : mapExpr(expr, (each) => (each.kind === "var" ? (values.get(each.name) ?? each) : each));

/** Puts expressions for variables everywhere in a block. */
export const substituteStmts = (stmts: readonly Stmt[], values: ReadonlyMap<string, Expr>): readonly Stmt[] =>
  values.size === 0 ? stmts : mapStmts(stmts, (stmt) => mapOwnExprs(stmt, (expr) => substitute(expr, values)));

/** Calls `visit` for the expression and all that it is made of. */
export const visitExpr = (expr: Expr, visit: (expr: Expr) => void): void => {
  const visitAll = (each: Expr): boolean => {
    visit(each);
    // No child is what is looked for, so all are visited.
    return someChild(each, visitAll);
  };
  visitAll(expr);
};

/** Calls `visit` for the own expressions of a statement, and for all that these are made of. */
export const visitOwnExprs = (stmt: Stmt, visit: (expr: Expr) => void): void => {
  switch (stmt.kind) {
    case "let":
    case "assign":
      visitExpr(stmt.value, visit);
      break;
    case "store":
      visitExpr(stmt.index, visit);
      visitExpr(stmt.value, visit);
      break;
    case "for":
      visitExpr(stmt.from, visit);
      visitExpr(stmt.to, visit);
      break;
    case "if":
      visitExpr(stmt.condition, visit);
  }
};

/** Calls `visit` for every statement, outer before inner. */
export const visitStmts = (stmts: readonly Stmt[], visit: (stmt: Stmt) => void): void => {
  for (const stmt of stmts) {
    visit(stmt);
    if (stmt.kind === "for") visitStmts(stmt.body, visit);
    else if (stmt.kind === "if") {
      visitStmts(stmt.then, visit);
      visitStmts(stmt.otherwise, visit);
    }
  }
};

/** Whether the expression or something it is made of satisfies the predicate. */
export const someExpr = (expr: Expr, predicate: (expr: Expr) => boolean): boolean => {
  const some = (each: Expr): boolean => predicate(each) || someChild(each, some);
  return some(expr);
};

/** Of how many expressions an expression consists, itself one of them. */
export const sizeOfExpr = (expr: Expr): number => {
  let size = 0;
  visitExpr(expr, () => {
    size += 1;
  });
  return size;
};

/** The names that an expression mentions. */
export const freeVariables = (expr: Expr): ReadonlySet<string> => {
  const names = new Set<string>();
  visitExpr(expr, (each) => {
    if (each.kind === "var") names.add(each.name);
  });
  return names;
};

/** The names that a block assigns to. */
export const assignedNames = (stmts: readonly Stmt[]): ReadonlySet<string> => {
  const names = new Set<string>();
  visitStmts(stmts, (stmt) => {
    if (stmt.kind === "assign") names.add(stmt.name);
  });
  return names;
};

/** The buffers that a block reads or writes. */
export const buffersIn = (stmts: readonly Stmt[]): ReadonlySet<string> => {
  const buffers = new Set<string>();
  visitStmts(stmts, (stmt) => {
    if (stmt.kind === "store") buffers.add(stmt.buffer);
    visitOwnExprs(stmt, (each) => {
      if (each.kind === "load") buffers.add(each.buffer);
    });
  });
  return buffers;
};

/** The names that a block brings into being: values, variables, loop indices. */
export const declaredNames = (stmts: readonly Stmt[]): ReadonlySet<string> => {
  const names = new Set<string>();
  visitStmts(stmts, (stmt) => {
    if (stmt.kind === "let") names.add(stmt.name);
    if (stmt.kind === "for") names.add(stmt.index);
  });
  return names;
};

/** Makes names that are not taken, which it asks for with the first name; a number at the end of the hint is counted on. */
export const namesBeside = (taken: () => Iterable<string>): ((hint: string) => string) => {
  let used: Set<string> | undefined;
  const next = new Map<string, number>();
  return (hint) => {
    used ??= new Set(taken());
    const stem = hint.replace(/\d+$/, "");
    let count = next.get(stem) ?? 0;
    while (used.has(`${stem}${count}`)) count++;
    next.set(stem, count + 1);
    const name = `${stem}${count}`;
    used.add(name);
    return name;
  };
};

/** Makes names that the kernel does not use yet. Most passes find nothing to name in most kernels. */
export const freshNames = ({ body, parameters }: Kernel): ((hint: string) => string) =>
  namesBeside(() => [...declaredNames(body), ...parameters.map(({ name }) => name)]);

/** A copy of the block whose declarations have new names. */
export const renameDeclared = (stmts: readonly Stmt[], fresh: (hint: string) => string): readonly Stmt[] => {
  const names = new Map([...declaredNames(stmts)].map((name) => [name, fresh(name)] as const));
  const renamed = (name: string): string => names.get(name) ?? name;
  const rename = (expr: Expr): Expr =>
    mapExpr(expr, (each) =>
      each.kind === "var" && names.has(each.name) ? { ...each, name: renamed(each.name) } : each,
    );
  return mapStmts(stmts, (stmt) => {
    const inner = mapOwnExprs(stmt, rename);
    if (inner.kind === "let" || inner.kind === "assign") return { ...inner, name: renamed(inner.name) };
    return inner.kind === "for" ? { ...inner, index: renamed(inner.index) } : inner;
  });
};

const sameHead = (a: Stmt, b: Stmt): boolean => {
  switch (a.kind) {
    case "let":
      return b.kind === "let" && a.name === b.name && a.mutable === b.mutable;
    case "assign":
      return b.kind === "assign" && a.name === b.name;
    case "store":
      return b.kind === "store" && a.buffer === b.buffer;
    case "for":
      return b.kind === "for" && a.index === b.index && a.step === b.step && a.mode === b.mode;
    case "if":
      return b.kind === "if";
  }
};

/** Whether two blocks are the same statements, whatever objects they are made of. */
export const sameStmts = (a: readonly Stmt[], b: readonly Stmt[]): boolean =>
  a === b ||
  (a.length === b.length &&
    a.every((left, at) => {
      const right = b[at];
      if (left === right) return true;
      if (right === undefined || !sameHead(left, right)) return false;
      const rightExprs = exprsOf(right);
      const rightBlocks = blocksOf(right);
      return (
        exprsOf(left).every((expr, e) => {
          const other = rightExprs[e];
          return other !== undefined && sameExpr(expr, other);
        }) && blocksOf(left).every((block, e) => sameStmts(block, rightBlocks[e] ?? []))
      );
    }));

/** The kernel with another body; the very kernel if the body is the same. */
export const withBody = (kernel: Kernel, body: readonly Stmt[]): Kernel =>
  sameStmts(kernel.body, body) ? kernel : { ...kernel, body };

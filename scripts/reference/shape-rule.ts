// The notation of the facet `shapes` of ops, read: `a [..., M, K], b [..., K, N] -> [..., M, N]`. The reference page takes
// the names of operands from it, and a test holds every rule against random uses of its op, so that what stands there is so.
import { broadcastShapes } from "../../src/ir/types/shape.ts";

/** One operand or result: its name, one text for each entry of its shape, and whether there may be more like it. */
interface Pattern {
  readonly name: string;
  readonly extents: readonly string[];
  readonly repeats: boolean;
}

/** A typing rule, read. */
export interface ShapeRule {
  readonly operands: readonly Pattern[];
  readonly results: readonly Pattern[];
  /** What an operand looks like where an attribute of that name is true. */
  readonly flags: ReadonlyMap<string, Pattern>;
  /** What the notation cannot say. */
  readonly notes: readonly string[];
}

const patternText = /^(?:(\w+) )?\[(.*)\]$/;

const readPattern = (text: string): Pattern => {
  const [, name = "", extents] = patternText.exec(text) ?? [];
  if (extents === undefined) throw new SyntaxError(`${JSON.stringify(text)} is no name and shape`);
  return { name, extents: extents === "" ? [] : extents.split(", "), repeats: false };
};

/** Patterns between commas that stand outside of brackets; `...` repeats the one before. */
const readPatterns = (text: string): readonly Pattern[] => {
  const parts = text.split(/, (?![^[]*\])/).filter((part) => part !== "");
  return parts.flatMap((part, at) =>
    part === "..." ? [] : { ...readPattern(part), repeats: parts[at + 1] === "..." },
  );
};

/** Reads a rule; a SyntaxError where it is none. */
export const readShapeRule = (text: string): ShapeRule => {
  const [rule = "", ...rest] = text.split("; ");
  const [operands, results, ...more] = rule.split(/(?:^| )-> /);
  if (operands === undefined || results === undefined || more.length > 0)
    throw new SyntaxError(`${JSON.stringify(rule)} has no arrow between operands and results`);
  const flags = rest.flatMap((note): [string, Pattern][] => {
    const [, flag, pattern] = /^(\w+): (\w+ \[.*\])$/.exec(note) ?? [];
    return flag === undefined || pattern === undefined ? [] : [[flag, readPattern(pattern)]];
  });
  return {
    operands: readPatterns(operands),
    results: readPatterns(results),
    flags: new Map(flags),
    notes: rest.filter((note) => !/^\w+: \w+ \[.*\]$/.test(note)),
  };
};

type Values = Readonly<Record<string, unknown>>;

/** What names stand for so far: an extent, or the extents of a run. `...` is what broadcasts. */
type Bindings = ReadonlyMap<string, number | readonly number[]>;

/** Names that end in an index (`N_k`) may be another extent for each of the operands that repeat. */
const isFree = (name: string): boolean => /_\w$/.test(name);

const same = (a: readonly number[], b: readonly number[]): boolean => `${a}` === `${b}`;

const broadcast = (a: readonly number[], b: readonly number[]): readonly number[] | undefined => {
  try {
    return broadcastShapes("rule", a, b).map(Number);
  } catch {
    return undefined;
  }
};

const bindRun = (
  name: string,
  run: readonly number[],
  bound: Bindings,
  attrs: Values,
  isResult: boolean,
): Bindings[] => {
  const known = attrs[name] ?? bound.get(name);
  if (!Array.isArray(known)) return [isFree(name) ? bound : new Map(bound).set(name, run)];
  if (name !== "") return same(known, run) ? [bound] : [];
  if (isResult) return same(known, run) ? [bound] : [];
  const common = broadcast(known, run);
  return common === undefined ? [] : [new Map(bound).set(name, common)];
};

const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
};

/** An extent against its text: a number, a name, or two of them joined by an operator. */
const bindExtent = (text: string, extent: number, bound: Bindings, attrs: Values): Bindings[] => {
  const [left = "", operator, right = "1"] = text.split(" ");
  const valueOf = (word: string): unknown => (/^\d+$/.test(word) ? Number(word) : (attrs[word] ?? bound.get(word)));
  const [a, b] = [valueOf(left), valueOf(right)];
  if (typeof a === "number" && typeof b === "number")
    return (operator === undefined ? a : arithmetic[operator]?.(a, b)) === extent ? [bound] : [];
  if (isFree(left) || typeof b !== "number") return [bound];
  return [new Map(bound).set(left, operator === "/" ? extent * b : extent)];
};

const bindShape = (
  [first, ...rest]: readonly string[],
  shape: readonly number[],
  bound: Bindings,
  attrs: Values,
  isResult: boolean,
): Bindings[] => {
  if (first === undefined) return shape.length === 0 ? [bound] : [];
  if (first.endsWith("...")) {
    const lengths = Array.from({ length: shape.length + 1 }, (_, length) => length);
    return lengths.flatMap((length) =>
      bindRun(first.slice(0, -3), shape.slice(0, length), bound, attrs, isResult).flatMap((next) =>
        bindShape(rest, shape.slice(length), next, attrs, isResult),
      ),
    );
  }
  const [extent, ...others] = shape;
  if (extent === undefined) return [];
  return bindExtent(first, extent, bound, attrs).flatMap((next) => bindShape(rest, others, next, attrs, isResult));
};

const bindShapes = (
  [first, ...rest]: readonly Pattern[],
  shapes: readonly (readonly number[])[],
  bound: Bindings,
  attrs: Values,
  isResult: boolean,
): Bindings[] => {
  if (first === undefined) return shapes.length === 0 ? [bound] : [];
  const [shape, ...others] = shapes;
  if (shape === undefined) return [];
  return bindShape(first.extents, shape, bound, attrs, isResult).flatMap((next) => [
    ...bindShapes(rest, others, next, attrs, isResult),
    ...(first.repeats ? bindShapes([first, ...rest], others, next, attrs, isResult) : []),
  ]);
};

/** Whether operands and results of these shapes are a use of the rule: whether its names can stand for their extents. */
export const fitsRule = (
  { operands, results, flags }: ShapeRule,
  operandShapes: readonly (readonly number[])[],
  resultShapes: readonly (readonly number[])[],
  attrs: Values,
): boolean => {
  const flagged = [...flags].flatMap(([flag, pattern]) => (attrs[flag] === true ? [pattern] : []));
  const patterns = operands.map((operand) => flagged.find(({ name }) => name === operand.name) ?? operand);
  return bindShapes(patterns, operandShapes, new Map(), attrs, false).some(
    (bound) => bindShapes(results, resultShapes, bound, attrs, true).length > 0,
  );
};

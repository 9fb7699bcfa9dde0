// Signatures of functions for any extents at run time: what symbols are in a call, and what is wrong with an argument, by the
// rules of ir/types/static/unification.ts and in the same words.
import { type Context, reject } from "../diagnostics/diagnostic.ts";
import { inWords } from "../diagnostics/in-words.ts";
import { canonicalShape } from "../graph/canonical-shape.ts";
import { bindDim, type Dim, symbolsOf } from "../types/dim.ts";
import { dtypeNames, isDType } from "../types/dtype.ts";
import { printShape, printType, type TensorType, tensorType } from "../types/tensor-type.ts";

/** What symbols are in a call. */
type Bindings = Readonly<Record<string, Dim>>;

/** Types by the names of arguments. */
export type Types = ReadonlyMap<string, TensorType>;

/** The types that a signature says; W140 and W209 where it is none. */
export const readSignature = (name: string, signature: unknown, write: string): Types => {
  const refuse = (what: string, expected: string, given: unknown): never =>
    reject("W140", { what, expected, given: inWords(given), write });
  if (typeof signature !== "object" || signature === null || Array.isArray(signature))
    return refuse(`${name}: the signature`, "a record", signature);
  const entries = Object.entries(signature).map(([argument, entry]: [string, unknown]): [string, TensorType] => {
    const expected = "an element type and extents in a list";
    if (!Array.isArray(entry)) return refuse(`${name}: ${argument}`, expected, entry);
    const list: readonly unknown[] = entry;
    const [dtype, ...shape] = list;
    if (typeof dtype !== "string" || !isDType(dtype))
      return refuse(`${name}: ${argument}`, `one of ${dtypeNames.join(", ")}`, dtype);
    return [argument, tensorType(dtype, canonicalShape(`${name}: ${argument}`, shape))];
  });
  return new Map(entries);
};

/** Whether a dimension is a symbol alone. */
const isSymbol = (dim: Dim): dim is string => typeof dim === "string" && symbolsOf(dim)[0] === dim;

/** Where the extent of a symbol is read. */
interface Binder {
  readonly argument: string;
  readonly axis: number;
}

/** Finds out what symbols are. */
export interface Unifier {
  /** The extents of the symbols in a call; symbols of arguments that are not there are absent. */
  readonly bindings: (given: Types) => Bindings;
}

/** Names in the order in which mistakes are told: that of their characters' codes. */
const byName = (names: Iterable<string>): readonly string[] => [...names].sort();

/** Refuses (W261) a symbol that stands alone in no argument, for nothing would say what it is. */
const requireBound = (name: string, signature: Types, binders: ReadonlyMap<string, Binder>): void => {
  for (const argument of byName(signature.keys())) {
    const type = signature.get(argument);
    const [symbol] = byName((type?.shape ?? []).flatMap(symbolsOf).filter((each) => !binders.has(each)));
    if (type !== undefined && symbol !== undefined) reject("W261", { name, symbol, argument, given: printType(type) });
  }
};

/** What finds the symbols of a signature: each where it stands alone furthest back, of several the first by name. */
export const unifierOf = (name: string, signature: Types): Unifier => {
  const binders = new Map<string, Binder>();
  for (const argument of byName(signature.keys()))
    for (const [axis, extent] of (signature.get(argument)?.shape ?? []).entries())
      if (isSymbol(extent) && (binders.get(extent)?.axis ?? -1) < axis) binders.set(extent, { argument, axis });
  requireBound(name, signature, binders);
  return {
    bindings: (given) =>
      Object.fromEntries(
        [...binders].flatMap(([symbol, { argument, axis }]) => {
          const extent = given.get(argument)?.shape[axis];
          return extent === undefined ? [] : [[symbol, extent]];
        }),
      ),
  };
};

/** What is wrong with an argument: refuses it. */
type Mistake = (context: Context) => never;

const mistakeOf = (
  name: string,
  argument: string,
  type: TensorType,
  wanted: TensorType | undefined,
  by: Bindings,
): Mistake | undefined => {
  if (wanted === undefined) return (context) => reject("W260", { name, argument }, context);
  const given = printType(type);
  const asWhole: Mistake = (context) => reject("W258", { name, argument, given, wanted: printType(wanted) }, context);
  if (type.dtype !== wanted.dtype || type.shape.length !== wanted.shape.length) return asWhole;
  for (const [axis, extent] of wanted.shape.entries()) {
    // What nothing says, because an argument has too few axes, is a mistake of that argument.
    if (!symbolsOf(extent).every((symbol) => Object.hasOwn(by, symbol))) continue;
    const [first, second] = [`${bindDim(extent, by)}`, `${type.shape[axis]}`];
    if (first === second) continue;
    if (typeof extent === "number") return asWhole;
    const details = { name, argument, extent, first, second, given, wanted: printShape(wanted.shape) };
    return (context) => reject("W259", details, context);
  }
  return undefined;
};

/** What is wrong with the arguments of a call: that of the first by name. */
export const mistakeIn = (
  { name, signature, unifier }: { readonly name: string; readonly signature: Types; readonly unifier: Unifier },
  given: Types,
): Mistake | undefined => {
  const by = unifier.bindings(given);
  for (const argument of byName(given.keys())) {
    const type = given.get(argument);
    const mistake = type && mistakeOf(name, argument, type, signature.get(argument), by);
    if (mistake !== undefined) return mistake;
  }
  return undefined;
};

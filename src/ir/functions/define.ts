// Functions of tensors that are written once, for any extents, by name: the body is checked when the function is defined,
// its symbols standing for themselves, and a call finds out what they are and puts that in their places. In the graph a call
// is one node, `apply`.
import { goOn } from "../diagnostics/collecting.ts";
import { type Note, reject, WeftError } from "../diagnostics/diagnostic.ts";
import { inWords } from "../diagnostics/in-words.ts";
import { captureLocation } from "../diagnostics/location.ts";
import { bodyOf } from "../graph/body.ts";
import { graphOf } from "../graph/body-graph.ts";
import { substituteSymbols } from "../graph/substitute-symbols.ts";
import { currentCircumstances, currentTrace, surroundingTrace, type Trace } from "../graph/trace.ts";
import { emitMany, innermostTrace, isTensor, traceOf } from "../graph/traced-tensor.ts";
import type { Body } from "../ops/body.ts";
import type { Check } from "../types/static/check.ts";
import type {
  ArgumentRule,
  ResultsOf,
  Signature,
  SignatureRule,
  SignatureTensors,
} from "../types/static/unification.ts";
import type { Tensor } from "../types/tensor.ts";
import { printType } from "../types/tensor-type.ts";
import { atCaller } from "./argument.ts";
import { calledFrom, type Definition, definedAt, describeClosed } from "./closed-body.ts";
import { mistakeIn, readSignature, type Types, type Unifier, unifierOf } from "./signature.ts";

export type { Signature, SignatureTensors } from "../types/static/unification.ts";

/** What a function by name gives: a tensor, a list of tensors, or a record of tensors. */
export type FunctionResults = Tensor | readonly Tensor[] | { readonly [name: string]: Tensor };

/**
 * A function of tensors of any extents. `Name` is what it is called, `S` its signature, and `R` what its body gives at the
 * symbols of the signature.
 */
export interface DefinedFunction<Name extends string, S extends Signature, R> {
  /** Takes tensors by the names of the signature; gives what the body gives, at their extents. */
  <const A extends { readonly [K in keyof S]: Tensor }>(
    given: {
      readonly [K in keyof A]: Check<NoInfer<ArgumentRule<Name, S, A, K>>, A[K]>;
    },
  ): ResultsOf<Name, S, A, R>;
  /** What it is called in graphs, profiles and messages. */
  readonly name: Name;
}

/** How results are put together again: undefined for one tensor. */
type Structure = undefined | "list" | readonly string[];

/** A body as it was described. */
interface Described {
  readonly body: Body;
  readonly structure: Structure;
}

/** A function with all that is known of it. */
interface Known extends Definition {
  readonly signature: Types;
  readonly unifier: Unifier;
  readonly describe: (given: Readonly<Record<string, Tensor>>) => unknown;
  /** What was described at the symbols of the signature, by circumstances such as the mode of a network. */
  readonly described: Map<string, Described>;
  /** The bodies at the types of calls, by these and the circumstances. */
  readonly bodies: Map<string, Body>;
}

/** For how many different types a body is kept; more are made anew. */
const capacity = 256;

/** The results as a list; W263 for what is no tensor. */
const resultsOf = (
  name: string,
  given: unknown,
): { readonly tensors: readonly Tensor[]; readonly structure: Structure } => {
  if (isTensor(given)) return { tensors: [given], structure: undefined };
  const isRecord = typeof given === "object" && given !== null;
  const members: readonly (readonly [string, unknown])[] = isRecord ? Object.entries(given) : [["", given]];
  const tensors = members.map(([, each]) => (isTensor(each) ? each : reject("W263", { name, given: inWords(each) })));
  return { tensors, structure: Array.isArray(given) ? "list" : members.map(([member]) => member) };
};

const restored = (structure: Structure, tensors: readonly Tensor[]): unknown => {
  if (structure === undefined) return tensors[0];
  return structure === "list" ? tensors : Object.fromEntries(structure.map((name, at) => [name, tensors[at]]));
};

/** The body at the symbols of the signature, described once under each circumstance. */
const describedBody = (known: Known, outer: Trace | undefined): Described => {
  const { name, signature, described } = known;
  const circumstances = currentCircumstances();
  const found = described.get(circumstances);
  if (found !== undefined) return found;
  const capture = (): never => reject("W262", { name }, { notes: definedAt(known) });
  let structure: Structure;
  const body = describeClosed(known, { outer, capture }, [...signature], (tensors) => {
    const given = Object.fromEntries([...signature.keys()].map((argument, at) => [argument, tensors[at]]));
    // One tensor for each argument, as the signature has them.
    const results = resultsOf(name, known.describe(given as Record<string, Tensor>));
    ({ structure } = results);
    return results.tensors;
  });
  const made = { body, structure };
  described.set(circumstances, made);
  return made;
};

/** The body with what symbols are in a call in their places; one for all calls of the same types. */
const bodyAt = (known: Known, { body }: Described, types: Types): Body => {
  const key = [currentCircumstances(), ...[...types.values()].map(printType)].join();
  const found = known.bodies.get(key);
  if (found !== undefined) return found;
  const made = bodyOf(substituteSymbols(graphOf(body), known.unifier.bindings(types)));
  if (known.bodies.size >= capacity) known.bodies.clear();
  known.bodies.set(key, made);
  return made;
};

/** What is given, by the names of the signature: W140 for no record, W230 for what is no tensor. */
const argumentsOf = ({ name, signature }: Known, given: unknown): ReadonlyMap<string, Tensor> => {
  const names = [...signature.keys()];
  const write = `${name}({ ${names.join(", ")} })`;
  if (typeof given !== "object" || given === null || isTensor(given))
    return reject("W140", { what: name, expected: "a record of tensors", given: inWords(given), write });
  const members = new Map<string, unknown>(Object.entries(given));
  const found = [...new Set([...names, ...members.keys()])].map((argument): readonly [string, Tensor] => {
    const tensor = members.get(argument);
    return isTensor(tensor)
      ? [argument, tensor]
      : reject("W140", { what: `${name}: ${argument}`, expected: "a tensor", given: inWords(tensor), write });
  });
  return new Map(found);
};

const typesOf = (given: ReadonlyMap<string, Tensor>): Types =>
  new Map([...given].map(([argument, { type }]) => [argument, type]));

/** Where the arguments come from, as notes of an error about them. */
const originsOf = (given: ReadonlyMap<string, Tensor>): readonly Note[] =>
  [...given].map(([label, tensor]) => {
    const { builder, value } = traceOf(tensor);
    const location = builder.locationOf(value(tensor));
    return { label, text: printType(tensor.type), ...(location === undefined ? {} : { location }) };
  });

const apply = (known: Known, argument: unknown): unknown => {
  const { name, signature } = known;
  const given = argumentsOf(known, argument);
  const types = typesOf(given);
  mistakeIn(known, types)?.({ notes: [...originsOf(given), ...definedAt(known)] });
  const operands = [...signature.keys()].flatMap((each) => given.get(each) ?? []);
  const outer = operands.length === 0 ? currentTrace(name) : innermostTrace(name, operands);
  const described = describedBody(known, outer);
  const results = emitMany(outer, "apply", operands, { name, body: bodyAt(known, described, types) });
  return restored(described.structure, results);
};

const write = 'define("scaled", { x: ["f32", "B", "T"], by: ["f32", "T"] }, ({ x, by }) => mul(x, by))';

/** The type of `define`. */
export interface DefineFunction {
  <const Name extends string, const S extends Signature, const R extends FunctionResults>(
    name: Name,
    signature: Check<NoInfer<SignatureRule<Name, S>>, S>,
    body: (given: SignatureTensors<S>) => R,
  ): DefinedFunction<Name, S, R>;
}

/**
 * A function of tensors of any extents, by name. The signature says for each argument its element type and its extents,
 * symbols among them. The body is checked once, here, and gives a tensor, or a list or record of tensors. A call,
 * `mlp({ x, up, down })`, finds out what the symbols are: a symbol is what the argument says in which it stands alone
 * furthest back; results have these extents in the places of the symbols. In the graph the function stands once, and a
 * call of it is one node, `apply`, until it is compiled; its derivative is that of its body.
 *
 * @throws W258 arguments that are not as the signature says; W259 extents that disagree; W260 arguments that it has
 * not; W261 a symbol that stands alone nowhere; W262 tensors from around it; W263 results that are no tensors; W140 a
 * name or body that is none.
 * @see `jax.jit`, which describes a function anew for each shape.
 * @example
 * const scaled = define("scaled", { x: ["f32", "B", "T"], by: ["f32", "T"] }, ({ x, by }) => {
 *   const y = mul(x, by); // Tensor<["B", "T"], "f32">
 *   return y;
 * });
 * const [x, by] = [constant(1, [2, 3]), constant(Float32Array.of(1, 2, 3), [3])];
 * scaled({ x, by }); // Tensor<[2, 3], "f32">: [[1, 2, 3], [1, 2, 3]]
 */
export const define: DefineFunction = (name, signature, body) =>
  atCaller(() => {
    const place = captureLocation();
    const require = (what: string, expected: string, value: unknown): never =>
      reject("W140", { what: `define: ${what}`, expected, given: inWords(value), write });
    if (typeof name !== "string" || (name as string) === "") require("the name", "a name", name);
    if (typeof body !== "function") require("the body", "a function", body);
    const types = readSignature(name, signature, write);
    const known: Known = {
      name,
      place,
      signature: types,
      unifier: unifierOf(name, types),
      // The tensors of the signature, as its types say; what comes back is looked at.
      describe: body as unknown as Known["describe"],
      described: new Map(),
      bodies: new Map(),
    };
    describedBody(known, surroundingTrace());
    const called = (given: unknown): unknown => {
      const site = captureLocation();
      try {
        return apply(known, given);
      } catch (error) {
        // The unknown may stand for anything.
        return goOn(error instanceof WeftError ? calledFrom(error, site) : error);
      }
    };
    // What is made takes and gives what the static rules say, which the run time holds to.
    return Object.defineProperty(called, "name", { value: name }) as never;
  });

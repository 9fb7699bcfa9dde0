// W258 to W263: functions by name, written for any extents.
import { sentence } from "../../types/sentences.ts";
import { type CatalogueEntry, entry } from "../entry.ts";

interface FunctionByNameRows {
  readonly W258: CatalogueEntry<{ name: string; argument: string; given: string; wanted: string }>;
  readonly W259: CatalogueEntry<{
    name: string;
    extent: string;
    first: string;
    argument: string;
    second: string;
    given: string;
    wanted: string;
  }>;
  readonly W260: CatalogueEntry<{ name: string; argument: string }>;
  readonly W261: CatalogueEntry<{ name: string; symbol: string; argument: string; given: string }>;
  readonly W262: CatalogueEntry<{ name: string }>;
  readonly W263: CatalogueEntry<{ name: string; given: string }>;
}

const example =
  'const mlp = define("mlp", { x: ["f32", "B", "D"], up: ["f32", "D", "F"], down: ["f32", "F", "D"] }, ({ x, up, down }) => ...)';

export const functionByNameRows: FunctionByNameRows = {
  W258: entry({
    title: "define: an argument that is not as the signature says",
    message: (details) => sentence("W258", details),
    help: ({ wanted }) => `give ${wanted}, its symbols standing for any extents, or change the signature.`,
    explanation:
      "The signature of a function says the element type of each argument, how many axes it has, and which extents are fixed numbers.",
    example: `${example}\nmlp({ x, up, down })   // x: f32[8] is wrong; x: f32[8, 768] is right`,
  }),
  W259: entry({
    title: "define: extents that disagree",
    message: (details) => sentence("W259", details),
    help: ({ argument, first, extent }) =>
      `${argument} needs ${first} in the place of ${extent}; what a symbol is, the argument says in which it stands alone furthest back.`,
    explanation:
      "A symbol of a signature is one extent in a call, wherever it stands. It is read off the argument in which it stands alone at the latest axis (of several, the first by name), and all others are compared with it, expressions such as 2*D as well.",
    example: `${example}\nmlp({ x, up, down })   // x: f32[8, 768], up: f32[768, 3072], down: f32[3071, 768] is wrong: F is 3072`,
  }),
  W260: entry({
    title: "define: an argument that the function has not",
    message: (details) => sentence("W260", details),
    help: () => "leave it out, or add it to the signature.",
    explanation: "A function takes the arguments of its signature, by their names, and no others.",
    example: "mlp({ x, up, down })   // not mlp({ x, up, down, bias }): the signature has no bias",
  }),
  W261: entry({
    title: "define: a symbol that nothing says",
    message: (details) => sentence("W261", details),
    help: ({ symbol }) => `give an extent that is ${symbol} alone, or a symbol of its own for the whole expression.`,
    explanation:
      "What a symbol is in a call is read off an argument in which it stands alone; equations such as 2*D = 1536 are checked, but not solved.",
    example:
      'define("gated", { x: ["f32", "B", "2*D"], w: ["f32", "D", "D"] }, ...)   // D is read off w; without w it is wrong',
  }),
  W262: entry({
    title: "define: a tensor that is no argument",
    message: ({ name }) => `${name}: the body uses a tensor that is not among its arguments`,
    help: () => "make it one more argument; in training that is also true of the random masks of dropout.",
    explanation:
      "A function stands once in the graph, whoever calls it, so its body may use its arguments and what it makes of them, constants included, but no tensor of the program around it.",
    example:
      'define("scaled", { x: ["f32", "N"], by: ["f32"] }, ({ x, by }) => mul(x, by))   // not ({ x }) => mul(x, alpha)',
  }),
  W263: entry({
    title: "define: a result that is no tensor",
    message: ({ name, given }) => `${name}: the body gives ${given}, where a tensor is expected`,
    help: () => "return a tensor, a list of tensors, or a record of tensors.",
    explanation: "What a function gives is what its node in the graph gives: tensors, one or several.",
    example: 'define("minmax", { x: ["f32", "N"] }, ({ x }) => ({ low: min(x), high: max(x) }))   // not => 3',
  }),
};

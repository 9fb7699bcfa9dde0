// W104 to W119 and W130 to W159: the text form of graphs.
import { type CatalogueEntry, entry } from "../entry.ts";

/** The rows of this file; `GraphRows` extends them. */
export interface GraphTextRows {
  readonly W104: CatalogueEntry<{ expected: string; found: string }>;
  readonly W105: CatalogueEntry<{ name: string; nearest: string | undefined }>;
  readonly W106: CatalogueEntry<{ name: string; nearest: string | undefined }>;
  readonly W107: CatalogueEntry<{ name: string }>;
  readonly W108: CatalogueEntry<{ op: string; what: string; wanted: number; given: number }>;
  readonly W109: CatalogueEntry<{ op: string; symbol: string; declared: readonly string[] }>;
  readonly W110: CatalogueEntry<{
    op: string;
    attribute: string;
    known: readonly string[];
    nearest: string | undefined;
  }>;
  readonly W111: CatalogueEntry<{ op: string; attribute: string; wanted: string }>;
  readonly W112: CatalogueEntry<{ op: string; attribute: string; wanted: string; found: string }>;
  readonly W113: CatalogueEntry<{ op: string; attribute: string }>;
  readonly W114: CatalogueEntry<{ op: string; written: string; inferred: string }>;
  readonly W115: CatalogueEntry<{ text: string; reason: string }>;
  readonly W116: CatalogueEntry<{ parameter: string; current: string; next: string }>;
  readonly W117: CatalogueEntry<{ id: string; elided: boolean }>;
  readonly W118: CatalogueEntry<{ id: string; type: string; what: string }>;
  readonly W119: CatalogueEntry<{ what: string; name: string }>;
  readonly W130: CatalogueEntry<object>;
}

const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

const names: Pick<GraphTextRows, "W104" | "W105" | "W106" | "W107" | "W119" | "W130"> = {
  W104: entry({
    title: "text that the grammar does not know",
    message: ({ expected, found }) => `graph text: expected ${expected}, found ${found}`,
    help: () => "compare with what printGraph writes for a graph of yours.",
    explanation:
      "IR text is one graph: its name and inputs, a line for each node, the entry points, and the contents of dense constants.",
    example:
      "graph @double(%x: f32[B]) {\n  %0 = binary %x, %x {fn = add} : f32[B]\n  entry @main(y = %0)\n}  // not graph double(x: f32[B])",
  }),
  W105: entry({
    title: "no such op",
    message: ({ name }) => `graph text: there is no op named ${JSON.stringify(name)}`,
    help: ({ nearest }) =>
      nearest === undefined
        ? "scalar functions are attributes: exp is unary {fn = exp}, add is binary {fn = add}."
        : `did you mean ${nearest}?`,
    explanation:
      "Each node names one op of the registry. Functions of single numbers are not ops of their own: they are the fn of unary, binary, compare and reduce.",
    example: "%1 = unary %x {fn = exp} : f32[B]  // not %1 = exp %x",
  }),
  W106: entry({
    title: "a value that is not defined",
    message: ({ name }) => `graph text: the value %${name} is not defined before it is used`,
    help: ({ nearest }) =>
      nearest === undefined ? "define it in a line above, or as an input." : `did you mean %${nearest}?`,
    explanation: "Nodes stand in an order in which every operand is defined above its use, so a graph has no cycle.",
    example:
      "%0 = unary %x {fn = exp} : f32[B]\n%1 = unary %0 {fn = neg} : f32[B]  // %0 stands above, not in the other order",
  }),
  W107: entry({
    title: "a value that is defined twice",
    message: ({ name }) => `graph text: the value %${name} is defined twice`,
    help: () => "give each result a name of its own; printing numbers them anew.",
    explanation: "A value has exactly one definition, so its name can stand for what computes it.",
    example: "%0 = unary %x {fn = exp} : f32[B]\n%0 = unary %x {fn = neg} : f32[B]  // is wrong",
  }),
  W119: entry({
    title: "a name that stands twice",
    message: ({ what, name }) => `graph text: the name ${JSON.stringify(name)} is given twice, as ${what}`,
    help: () => "give each a name of its own.",
    explanation: "Entries, their outputs and updates, and the contents of constants are found by name.",
    example: "entry @main(probabilities = %1, logits = %0)  // not entry @main(y = %1, y = %0)",
  }),
  W130: entry({
    title: "an input among the nodes",
    message: () => "graph text: an input stands among the nodes",
    help: () => "declare inputs in the first line: graph @name(%x: f32[B]).",
    explanation: "The first line of a graph is its signature: what the caller feeds, in order.",
    example: 'graph @double(%x: f32[B]) { ... }  // not %x = input {name = "x"} : f32[B]',
  }),
};

const attributes: Pick<GraphTextRows, "W108" | "W110" | "W111" | "W112" | "W113"> = {
  W108: entry({
    title: "a wrong number of operands, results or types",
    message: ({ op, what, wanted, given }) => `${op}: the number of ${what}s differs: ${given} vs ${wanted} expected`,
    help: ({ op, what, wanted }) =>
      what === "type" ? "write one type for each result." : `${op} has ${plural(wanted, what)}.`,
    explanation: "Each op has a fixed number of operands and results, except concat, which joins any number.",
    example: "%1 = matmul %x, %0 : f32[B, 10]  // not matmul %x : f32[B, 10]",
  }),
  W110: entry({
    title: "no such attribute",
    message: ({ op, attribute }) => `${op}: there is no attribute ${attribute}`,
    help: ({ op, known, nearest }) => {
      if (nearest !== undefined) return `did you mean ${nearest}?`;
      return known.length === 0
        ? `${op} is written without attributes.`
        : `the attributes of ${op} are ${known.join(", ")}.`;
    },
    explanation:
      "The attributes in braces are those of the op. An element type or shape that the result type says is not repeated.",
    example: "%1 = reduce %0 {fn = sum, axes = [1], keepDims} : f32[B, 1]  // not {fn = sum, dims = [1]}",
  }),
  W111: entry({
    title: "an attribute is missing",
    message: ({ op, attribute }) => `${op}: the attribute ${attribute} is missing`,
    help: ({ attribute, wanted }) => `write {${attribute} = ...}: ${wanted}.`,
    explanation:
      "Attributes have no defaults in text, so that a text says everything; only flags that are off are left out.",
    example: "%1 = softmax %0 {axis = 1} : f32[B, 10]  // not softmax %0 : f32[B, 10]",
  }),
  W112: entry({
    title: "an attribute of another kind",
    message: ({ op, attribute, wanted, found }) => `${op}: the attribute ${attribute} is ${wanted}, not ${found}`,
    help: ({ attribute, wanted }) => `write ${attribute} as ${wanted}.`,
    explanation:
      "Each attribute is of one kind: a whole number, a number, a name out of a list, a list of extents and so on.",
    example: "%1 = unary %0 {fn = exp} : f32[B]  // fn is one of the unary functions, not {fn = 3}",
  }),
  W113: entry({
    title: "an attribute that is given twice",
    message: ({ op, attribute }) => `${op}: the attribute ${attribute} is given twice`,
    help: () => "keep one of the two.",
    explanation: "Attributes are a record: each name has one value.",
    example: "%1 = softmax %0 {axis = 1} : f32[B, 10]  // not {axis = 1, axis = 0}",
  }),
};

const types: Pick<GraphTextRows, "W109" | "W114" | "W115" | "W116"> = {
  W109: entry({
    title: "a symbol that no input declares",
    message: ({ op, symbol, declared }) =>
      `${op}: the symbol ${symbol} is in no input and no parameter (declared: ${declared.join(", ") || "none"})`,
    help: () => "use a symbol that occurs in the type of an input or parameter, or a number.",
    explanation:
      "A symbolic extent gets its value from the arrays that are fed and kept, so it has to occur in the type of an input or a parameter.",
    example: "graph @tile(%x: f32[B, 1]) { %0 = broadcast %x : f32[B, 8] ... }  // f32[N, 8] is wrong",
  }),
  W114: entry({
    title: "another type than the op gives",
    message: ({ op, written, inferred }) =>
      `${op}: the result types differ: ${written} written vs ${inferred} inferred`,
    help: ({ inferred }) => `write ${inferred}, or change the operands.`,
    explanation:
      "The types behind the colon are for readers. They are checked against what the op's own typing rule says of its operands.",
    example: "%1 = matmul %x, %0 : f32[B, 10]  // %x: f32[B, 784], %0: f32[784, 10], not : f32[10, B]",
  }),
  W115: entry({
    title: "an extent that cannot be read",
    message: ({ text, reason }) => `graph text: ${text} is no extent: ${reason}`,
    help: () => "write a number, a symbol, or a sum or product of them such as 2*B+1 or floor((H+31)/32).",
    explanation:
      "Extents are whole numbers or polynomials over symbols and floored quotients, written without superfluous parentheses.",
    example: "f32[B, floor(H/2), 64]  // not f32[B, H/2, 64]",
  }),
  W116: entry({
    title: "an update of another type",
    message: ({ parameter, current, next }) =>
      `entry: the update of ${JSON.stringify(parameter)} has another type: ${next} vs ${current}`,
    help: () => "a parameter keeps its element type and shape; reshape or cast the new value.",
    explanation:
      "Parameters persist between runs in memory of their own, so what is written back is as large as what was there.",
    example: "entry @step(loss = %9) updates(weights = %12)  // weights and %12: f32[784, 10], not %12: f32[10, 784]",
  }),
};

const contents: Pick<GraphTextRows, "W117" | "W118"> = {
  W117: entry({
    title: "a constant without contents",
    message: ({ id, elided }) =>
      elided
        ? `data: the contents of ${JSON.stringify(id)} are elided`
        : `data: there are no contents named ${JSON.stringify(id)}`,
    help: ({ elided }) =>
      elided
        ? 'print the graph with its contents: printGraph(graph), without contents: "elided".'
        : 'add a line at the end of the graph: contents "id" : f32 = "...", the elements\' bytes in base64.',
    explanation: "A dense constant is a node with an id; its elements stand at the end of the text, under the same id.",
    example: '%0 = data {id = "table"} : f32[2]\ncontents "table" : f32 = "AACAPwAAAEA="  // not the first line alone',
  }),
  W118: entry({
    title: "contents that do not fit",
    message: ({ id, type, what }) => `data: the contents of ${JSON.stringify(id)} ${what} (${type})`,
    help: () => "write the elements in row-major order, little-endian, in base64.",
    explanation:
      "The contents of a constant hold exactly the bytes of its elements: four for each f32 and i32, eight for f64, one for u8 and bool.",
    example: 'contents "table" : f32 = "AACAPwAAAEA="  // 1 and 2, not "AACAPw==", which is 1 alone',
  }),
};

export const graphText: GraphTextRows = { ...names, ...attributes, ...types, ...contents };

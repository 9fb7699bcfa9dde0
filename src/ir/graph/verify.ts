// What is true of every graph, whoever made it. A pass that breaks one of these has a mistake; the verifier finds it right
// behind the pass, and not three passes later as wrong numbers.
//
//   (V1)  Every operand of a node, every output and every update of an entry is a value of the graph.
//   (V2)  Nodes stand in a topological order: operands are defined above their use, so there is no cycle.
//   (V3)  Each node is kept under its own id; ids of nodes and of values are whole numbers from 0 up, used once.
//   (V4)  Every op is of the registry, has the number of operands and results that its definition says, and the types of
//         its results are what its typing rule infers.
//   (V5)  Attributes are those of the op's schema, each of its kind; dimensions are in canonical form, and attributes
//         that repeat the result type agree with it.
//   (V6)  Inputs and parameters are leaves: the graph lists exactly the results of its `input` and `parameter` nodes,
//         and no two of them have one name.
//   (V7)  Entries have names of their own; within one, outputs have; updates name parameters, each at most once, and
//         keep their types.
//   (V8)  The contents of every dense constant are there, with its element type and as many elements as its shape.
//   (V9)  Every symbol occurs in the type of an input or a parameter, where it gets its value from.
//         All of this holds for the body of an op that repeats one as well; there, symbols may also come from outside.
//   (V10) Everything is frozen, except the tables themselves and the elements of constants.
import { InvariantError } from "../diagnostics/invariant.ts";
import type { Graph, NodeId } from "./graph.ts";
import { printNode } from "./print-node.ts";
import { entryViolations } from "./verify/entries.ts";
import { leafViolations } from "./verify/leaves.ts";
import { nodeViolations } from "./verify/nodes.ts";
import { frozenViolations, orderViolations } from "./verify/tables.ts";
import { called, type Violation } from "./verify/violation.ts";

export type { Violation } from "./verify/violation.ts";

/** Every place where the graph breaks an invariant; none for a graph that is right. */
export const verifyGraph = (graph: Graph): readonly Violation[] => verifyWithin(graph, new Set());

const verifyWithin = (graph: Graph, symbols: ReadonlySet<string>): readonly Violation[] => [
  ...orderViolations(graph),
  ...nodeViolations(graph, symbols, verifyWithin),
  ...leafViolations(graph),
  ...entryViolations(graph),
  ...frozenViolations(graph),
];

/** How many violations a message lists, and how many lines it shows on each side of the first. */
const shown = { violations: 5, linesAround: 5 } as const;

/** Lines of IR around a node, which is marked. Values are called by their ids: a broken graph may have no other names. */
const linesAround = (graph: Graph, spot: NodeId): readonly string[] => {
  const nodes = [...graph.nodes];
  const position = nodes.findIndex(([id]) => id === spot);
  return nodes
    .slice(Math.max(0, position - shown.linesAround), position + shown.linesAround + 1)
    .map(([id, node]) => `  ${id === spot ? ">" : " "} ${printNode(node, called)}`);
};

/** Throws an `InvariantError` that numbers the invariants that are broken and shows the IR around the first. */
export const assertValid = (graph: Graph): void => {
  const violations = verifyGraph(graph);
  if (violations.length === 0) return;
  const listed = violations.slice(0, shown.violations).map(({ invariant, message }) => `(${invariant}) ${message}`);
  const further = violations.length - listed.length;
  const spot = violations.find(({ node }) => node !== undefined)?.node;
  throw new InvariantError(
    [
      `weftgraph contradicts itself (please report this): graph ${graph.name} breaks its invariants`,
      ...listed,
      ...(further > 0 ? [`and ${further} more`] : []),
      ...(spot === undefined ? [] : linesAround(graph, spot)),
    ].join("\n"),
  );
};

// From a fused graph to a loop program: buffers for what must be in memory, kernel calls for each entry point, and the
// ports through which callers reach them.
import { definitionOf, typeOf } from "../ir/graph/analysis.ts";
import { type Numerics, type Port, type Program, usedBuffers } from "../ir/loop/kernel.ts";
import type { FusedGraph } from "./fused-graph.ts";
import { kernelTable } from "./lowering/finish-kernel.ts";
import { lowerEntry } from "./lowering/lower-entry.ts";
import { memoryOf } from "./lowering/memory.ts";
import type { Pass } from "./pass.ts";

/** Lowers every entry point. */
export const lowerFor = (numerics: Numerics): Pass<FusedGraph, Program> => ({
  name: "lower",
  summary: "Turns groups of nodes into loop kernels over buffers.",
  run: ({ graph, entries }) => {
    const memory = memoryOf(graph);
    const kernels = kernelTable(numerics);
    const lowered = entries.map((entry) => lowerEntry(graph, entry, memory, kernels));
    const parameters = graph.parameters.flatMap((value): readonly Port[] => {
      const node = definitionOf(graph, value);
      const buffer = memory.leafOf(node);
      return node.op === "parameter" && buffer !== undefined
        ? [{ name: node.attrs.name, type: typeOf(graph, value), buffer }]
        : [];
    });
    const all: Program = {
      name: graph.name,
      buffers: memory.buffers,
      kernels: kernels.kernels,
      parameters,
      entries: lowered,
      prepare: [],
    };
    // What fusion made superfluous is gone.
    const program = { ...all, buffers: usedBuffers(all) };
    return numerics === "exact" ? program : { ...program, numerics };
  },
});

/** Lowers every entry point for exact numerics. */
export const lower: Pass<FusedGraph, Program> = lowerFor("exact");

// Options that several commands have, and how their values are read.
import type { CompileOptions } from "../compile/compile-graph.ts";
import { mostThreads } from "../compile/thread-count.ts";
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { nearestName } from "../ir/diagnostics/nearest.ts";
import { usedSymbols } from "../ir/graph/analysis.ts";
import type { Graph } from "../ir/graph/graph.ts";
import type { Bindings } from "../ir/types/dim.ts";

/** The model that a command works on. */
export const modelOptions = {
  model: { type: "positional", description: "A .ts, .mts, .js or .mjs file that exports a model, or a .weft text." },
  export: { type: "string", valueHint: "NAME", description: "Which export, where the file has several." },
  dims: { type: "string", valueHint: "B=32,T=16", description: "The values of symbolic dimensions." },
} as const;

export const weightsOption = {
  type: "string",
  valueHint: "FILE.safetensors",
  description: "Values of parameters; initial ones otherwise.",
} as const;

/** How programs are compiled, for the commands that run them. */
export const programOptions = {
  threads: {
    type: "string",
    valueHint: "N",
    description: "How many threads share the work of WebAssembly; 1 unless given.",
  },
  numerics: {
    type: "string",
    oneOf: ["exact", "relaxed"],
    description: "exact (the default): the same bits everywhere; relaxed: as fast as the engine can.",
  },
} as const;

/** Those options as compilation takes them; `reject`s (W605) what is no number of threads. */
export const parseProgramOptions = (values: {
  readonly threads: string | undefined;
  readonly numerics: string | undefined;
}): Pick<CompileOptions, "threads" | "numerics"> => ({
  threads: parseCount("--threads", values.threads, 1, 1, mostThreads),
  numerics: values.numerics === "relaxed" ? "relaxed" : "exact",
});

/** `B=32,T=16` as bindings; `reject`s (W605) anything else. */
export const parseDims = (text: string | undefined): Bindings => {
  const bindings: Record<string, number> = {};
  for (const part of text?.split(",") ?? []) {
    const [, symbol, digits] = /^\s*([A-Za-z_][A-Za-z0-9_]*)=(\d{1,15})\s*$/.exec(part) ?? [];
    if (symbol === undefined || Object.hasOwn(bindings, symbol))
      return reject("W605", {
        option: "--dims",
        given: text ?? "",
        wanted: "a number for each symbol once, as in B=32,T=16",
      });
    bindings[symbol] = Number(digits);
  }
  return bindings;
};

/** A whole number from `least` up, or up to `most`; `reject`s (W605) anything else. */
export const parseCount = (
  option: string,
  text: string | undefined,
  least: number,
  otherwise: number,
  most?: number,
): number => {
  if (text === undefined) return otherwise;
  if (!/^\d{1,9}$/.test(text) || Number(text) < least || Number(text) > (most ?? Infinity))
    reject("W605", {
      option,
      given: text,
      wanted: `a whole number from ${least} ${most === undefined ? "up" : `to ${most}`}`,
    });
  return Number(text);
};

/** Refuses symbols that the graph does not have (W621). */
export const checkSymbols = (graph: Graph, dims: Bindings): void => {
  const known = usedSymbols(graph);
  for (const symbol of Object.keys(dims))
    if (!known.includes(symbol))
      reject("W621", { model: graph.name, symbol, known, nearest: nearestName(symbol, known) });
};

/** Symbols of the graph that have no value. */
export const unboundSymbols = (graph: Graph, dims: Bindings): readonly string[] =>
  usedSymbols(graph).filter((symbol) => !Object.hasOwn(dims, symbol));

/** Refuses a graph with symbols that have no value (W620); `why` says what needs the values. */
export const requireDims = (graph: Graph, dims: Bindings, why: string): void => {
  checkSymbols(graph, dims);
  const missing = unboundSymbols(graph, dims);
  if (missing.length > 0) reject("W620", { model: graph.name, missing, why });
};

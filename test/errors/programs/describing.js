// What the programs here share: a network of one output.
import { readFileSync } from "node:fs";
import { defineModel, modelGraph } from "../../../src/index.ts";
import { parseGraph } from "../../../src/ir/text/index.ts";

/** Describes `forward` on inputs, and on parameters where there are some. */
export const describing = (inputs, forward, params = {}) =>
  modelGraph(defineModel({ name: "net", params, inputs, forward: (p, i) => ({ y: forward(i, p) }) }));

/** Reads a graph that lies beside the programs. */
export const readGraph = (name, options = {}) => {
  const file = new URL(name, import.meta.url).pathname;
  return parseGraph(readFileSync(file, "utf8"), { ...options, file });
};

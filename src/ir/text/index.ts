// The entry `weftgraph/text`: graphs as text, read back from it, compared by it, and drawn.
export { type DotOptions, toDot } from "./dot.ts";
export { sameGraph } from "./equal.ts";
export { type ParseOptions, parseGraph } from "./parse.ts";
export { type PrintOptions, printGraph } from "./print.ts";

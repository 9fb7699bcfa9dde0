// What an example gives where it states something: values and types as text. Tensors belong to a graph that is described around the
// example; what they hold is computed when it is over.
import { compileGraph } from "../../src/compile/compile-graph.ts";
import { WeftError } from "../../src/ir/diagnostics/diagnostic.ts";
import { graphBuilder } from "../../src/ir/graph/builder.ts";
import { type Trace, withTrace } from "../../src/ir/graph/trace.ts";
import { traceOver } from "../../src/ir/graph/traced-tensor.ts";
import type { Tensor } from "../../src/ir/types/tensor.ts";

/** What a line states, and what is so. */
export interface Reported {
  readonly line: number;
  readonly stated: string;
  readonly found: string;
}

const decimalsIn = (text: string): number =>
  text.startsWith("?")
    ? 4
    : Math.max(0, ...Array.from(text.matchAll(/\d\.(\d+)/g), ([, digits = ""]) => digits.length));

const nested = (data: readonly unknown[], shape: readonly number[]): unknown => {
  const [extent, ...rest] = shape;
  if (extent === undefined) return data[0];
  const size = rest.reduce((product, each) => product * each, 1);
  return Array.from({ length: extent }, (_, at) => nested(data.slice(at * size, (at + 1) * size), rest));
};

const isArray = (value: object): value is { readonly data: Iterable<number>; readonly shape: readonly number[] } =>
  "data" in value && "shape" in value && ArrayBuffer.isView(value.data);

/** A value as examples state it; numbers to some decimals. */
const show = (value: unknown, decimals: number): string => {
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(Number(value.toFixed(decimals)));
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "function";
  if (typeof value !== "object" || value === null) return String(value);
  if (value instanceof WeftError) return `WeftError ${value.code}`;
  if (value instanceof Map) return show(Object.fromEntries(value), decimals);
  if (isArray(value)) return show(nested(Array.from(value.data), value.shape), decimals);
  if (ArrayBuffer.isView(value)) return show(Array.from(value as unknown as Iterable<number>), decimals);
  if (Array.isArray(value)) return `[${value.map((each) => show(each, decimals)).join(", ")}]`;
  const properties = Object.entries(value).map(([name, each]) => `${name}: ${show(each, decimals)}`);
  return properties.length === 0 ? "{}" : `{ ${properties.join(", ")} }`;
};

const isTensor = (value: unknown): value is Tensor =>
  typeof value === "object" && value !== null && "matmul" in value && "dtype" in value;

const typeText = ({ shape, dtype }: Tensor): string =>
  `Tensor<[${shape.map((extent) => JSON.stringify(extent)).join(", ")}], "${dtype}">`;

interface Awaited extends Pick<Reported, "line" | "stated"> {
  readonly tensor: Tensor;
  readonly withType: boolean;
}

let trace: Trace = traceOver(graphBuilder());
let reported: Reported[] = [];
let awaited: Awaited[] = [];

const isOurs = (tensor: Tensor): boolean => {
  try {
    trace.value(tensor);
    return true;
  } catch {
    return false;
  }
};

const reportTensor = (line: number, tensor: Tensor, stated: string, type: string): void => {
  const withType = type !== "" || stated === "?";
  const hasValue = stated !== type && stated !== "?T";
  // What is said of a tensor within a description is its type.
  if (hasValue && (!stated.startsWith("?") || isOurs(tensor))) awaited.push({ line, stated, tensor, withType });
  else reported.push({ line, stated, found: typeText(tensor) });
};

/** Notes what a line gives the first time, beside what it states; of a function, what it throws. */
const report = (line: number, value: unknown, stated: string, type = ""): void | Promise<void> => {
  if ([...reported, ...awaited].some((earlier) => earlier.line === line)) return undefined;
  if (stated.startsWith("throws "))
    return (value as () => Promise<unknown>)().then(
      (given) => void reported.push({ line, stated, found: show(given, 4) }),
      (error: unknown) =>
        void reported.push({
          line,
          stated,
          found: `throws ${error instanceof WeftError ? error.code : String(error)}`,
        }),
    );
  if (isTensor(value)) reportTensor(line, value, stated, type);
  else if (type === "") reported.push({ line, stated, found: show(value, decimalsIn(stated)) });
  else if (stated !== type)
    reported.push({ line, stated, found: `${type}: ${show(value, decimalsIn(stated.slice(type.length)))}` });
};

/** What the tensors hold that statements were made of. */
const compute = (): void => {
  if (awaited.length === 0) return;
  const outputs = awaited.map(({ tensor }, at) => ({ name: `y${at}`, value: trace.value(tensor) }));
  const graph = trace.builder.finish("example", [{ name: "main", outputs, updates: [] }]);
  const results = compileGraph(graph, { backend: "closure" }).executable.run("main", {});
  for (const [at, { line, stated, tensor, withType }] of awaited.entries()) {
    const type = withType ? `${typeText(tensor)}: ` : "";
    const decimals = decimalsIn(stated.startsWith(type) ? stated.slice(type.length) : stated);
    reported.push({ line, stated, found: `${type}${show(results[`y${at}`], decimals)}` });
  }
};

/** An example: it is given what notes its results. */
export type Example = (note: typeof report) => Promise<void>;

/** Runs an example and gives what it reported. */
export const collect = async (run: Example): Promise<readonly Reported[]> => {
  trace = traceOver(graphBuilder());
  [reported, awaited] = [[], []];
  await withTrace(trace, () => run(report));
  compute();
  return reported;
};

// Collects the nodes and initializers of an ONNX model while a network is read.
import type { Attribute, Initializer, Node, Shape } from "./model.ts";

/** What has been written so far. */
export const modelWriter = () => {
  const nodes: Node[] = [];
  const initializers = new Map<string, Initializer>();
  /** Data of the model; the same name twice is the same data. */
  const initializer = (name: string, shape: Shape, data: Initializer["data"]): string => {
    initializers.set(name, { shape, data });
    return name;
  };
  const node = (
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    domain?: string,
  ): string => {
    const output = `${op}${nodes.length}`;
    nodes.push({ op, inputs, output, attributes, ...(domain === undefined ? {} : { domain }) });
    return output;
  };
  const shape = (extents: Shape): string =>
    initializer(`shape ${extents.join(" ")}`, [extents.length], BigInt64Array.from(extents, BigInt));
  return {
    node,
    initializer,
    reshape: (x: string, extents: Shape): string => node("Reshape", [x, shape(extents)]),
    transpose: (x: string, axes: readonly number[]): string => node("Transpose", [x], { perm: { integers: axes } }),
    scalar: (value: number): string => initializer(`scalar ${value}`, [], Float32Array.of(value)),
    /** What was written and leads to the results, which are named anew. */
    needed: (names: ReadonlyMap<string, string>) => {
      const read = new Set(names.keys());
      for (const { inputs, output } of nodes.toReversed())
        if (read.has(output)) for (const name of inputs) read.add(name);
      const named = (name: string): string => names.get(name) ?? name;
      return {
        nodes: nodes
          .filter(({ output }) => read.has(output))
          .map((each) => ({ ...each, inputs: each.inputs.map(named), output: named(each.output) })),
        initializers: Object.fromEntries([...initializers].filter(([name]) => read.has(name))),
      };
    },
  };
};

export type ModelWriter = ReturnType<typeof modelWriter>;

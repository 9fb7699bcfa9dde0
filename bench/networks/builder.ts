// Writes networks down: one method per operation, which knows the shape of its result and makes the weights it needs.
import { countOf } from "../workloads/computation.ts";
import type { Activation, CellName, Leaf, Network, Node, OperationName, Operations, Shape, Value } from "./network.ts";

/** How many gates a cell has. */
export const gatesOf = { lstm: 4, gru: 3, rnn: 1 } as const satisfies Readonly<Record<CellName, number>>;

/** The extents of a window's results along an axis. */
const slid = (extent: number, window: number, stride: number, padding: number): number =>
  Math.floor((extent + 2 * padding - window) / stride) + 1;

/** An extent that a shape has. */
export const extent = ({ shape }: Value, axis: number): number => shape.at(axis) ?? 1;

/** Variance 1 / inputs, so that magnitudes stay as they are from layer to layer. */
const uniformOf = (inputs: number): Leaf["numbers"] => ({ center: 0, spread: Math.sqrt(3 / inputs) });

const bias: Leaf["numbers"] = { center: 0, spread: 0.1 };
const gain: Leaf["numbers"] = { center: 1, spread: 0.1 };

/** Options of a convolution that are not 1, or 0 for the padding. */
interface ConvolutionOptions {
  readonly stride?: number;
  readonly padding?: number;
  readonly groups?: number;
}

/** Collects what is given and what is done, each with a name of its own. */
const collector = () => {
  const leaves: Leaf[] = [];
  const nodes: Node[] = [];
  const leaf = (
    role: Leaf["role"],
    use: Leaf["use"],
    shape: Shape,
    numbers: Leaf["numbers"],
    name = `${role}${leaves.length}`,
  ): Value => {
    const value = { name, shape };
    leaves.push({ value, role, use, numbers });
    return value;
  };
  return {
    leaf,
    weight: (shape: Shape, numbers: Leaf["numbers"], use: Leaf["use"] = "other"): Value =>
      leaf("weight", use, shape, numbers),
    node: <O extends OperationName>(op: O, shape: Shape, facts: Operations[O]): Value => {
      const result = { name: `value${nodes.length}`, shape };
      // `facts` are those of `op`, so this is a row of the union.
      nodes.push({ ...facts, op, result } as unknown as Node);
      return result;
    },
    /** How many operations there are so far. */
    size: (): number => nodes.length,
    finish: (...outputs: readonly Value[]): Network => ({ leaves, nodes, outputs }),
  };
};

type Collector = ReturnType<typeof collector>;

const products = ({ node, weight }: Collector) => ({
  matmul: (a: Value, columns: number, transposed = false): Value => {
    const [rows, inner] = [extent(a, 0), extent(a, 1)];
    const b = transposed
      ? weight([columns, inner], uniformOf(inner), "matrix")
      : weight([inner, columns], uniformOf(inner));
    return node("matmul", [rows, columns], { operands: [a, b], transposed });
  },
  linear: (x: Value, out: number): Value => {
    const inputs = extent(x, -1);
    const operands = [x, weight([out, inputs], uniformOf(inputs), "matrix"), weight([out], bias)] as const;
    return node("linear", [extent(x, 0), out], { operands });
  },
});

const elementwise = ({ node }: Collector) => ({
  add: (a: Value, b: Value) => node("add", a.shape, { operands: [a, b] }),
  activate: (x: Value, by: Activation) => node("activate", x.shape, { operands: [x], by }),
  scale: (x: Value, factor: number) => node("scale", x.shape, { operands: [x], factor }),
  shift: (x: Value, summand: number) => node("shift", x.shape, { operands: [x], summand }),
});

const rows = ({ node, weight }: Collector) => ({
  softmax: (x: Value) => node("softmax", x.shape, { operands: [x] }),
  layerNorm: (x: Value): Value => {
    const features = [extent(x, -1)];
    return node("layerNorm", x.shape, { operands: [x, weight(features, gain), weight(features, bias)] });
  },
  /** So many rows to look up. */
  table: (count: number, features: number) => weight([count, features], { center: 0, spread: 1 }),
  embedding: (table: Value, indices: Value) =>
    node("embedding", [countOf(indices.shape), extent(table, 1)], { operands: [table, indices] }),
  /** The product with the transpose of the table of an embedding. */
  tied: (x: Value, table: Value) => node("tied", [extent(x, 0), extent(table, 0)], { operands: [x, table] }),
  crossEntropy: (logits: Value, labels: Value) => node("crossEntropy", [], { operands: [logits, labels] }),
});

const images = ({ node, weight }: Collector) => {
  const places = (x: Value, window: number, stride: number, padding: number): Shape =>
    [2, 3].map((axis) => slid(extent(x, axis), window, stride, padding));
  return {
    conv2d: (x: Value, out: number, window: number, options: ConvolutionOptions = {}): Value => {
      const { stride = 1, padding = 0, groups = 1 } = options;
      const filters = [out, extent(x, 1) / groups, window, window];
      // Twice the variance, half of which a relu behind it takes.
      const scale = uniformOf(countOf(filters.slice(1)) / 2);
      const operands = [x, weight(filters, scale, "filters"), weight([out], bias)] as const;
      const shape = [extent(x, 0), out, ...places(x, window, stride, padding)];
      return node("conv2d", shape, { operands, stride, padding, groups });
    },
    maxPool: (x: Value, window: number, stride = window, padding = 0): Value => {
      const shape = [extent(x, 0), extent(x, 1), ...places(x, window, stride, padding)];
      return node("maxPool", shape, { operands: [x], window, stride, padding });
    },
    averagePool: (x: Value) => node("averagePool", x.shape.slice(0, 2), { operands: [x] }),
    flatten: (x: Value) => node("flatten", [extent(x, 0), countOf(x.shape.slice(1))], { operands: [x] }),
  };
};

const sequences = ({ node, weight }: Collector) => {
  const direction = (inputs: number, hidden: number, cell: CellName): readonly [Value, Value, Value, Value] => {
    const count = gatesOf[cell] * hidden;
    return [
      weight([count, inputs], uniformOf(hidden), "matrix"),
      weight([count, hidden], uniformOf(hidden), "matrix"),
      weight([count], bias),
      weight([count], bias),
    ];
  };
  return {
    /** A learned vector for each position of a sequence. */
    addPositions: (x: Value, batch: number): Value => {
      const table = weight([extent(x, 0) / batch, extent(x, 1)], { center: 0, spread: 1 });
      return node("addPositions", x.shape, { operands: [x, table], batch });
    },
    attention: (q: Value, k: Value, v: Value, options: Omit<Operations["attention"], "operands">) =>
      node("attention", q.shape, { operands: [q, k, v], ...options }),
    reshape: (x: Value, shape: Shape) => node("reshape", shape, { operands: [x], shape }),
    recurrent: (x: Value, hidden: number, cell: CellName, bidirectional = false): Value => {
      const forwards = direction(extent(x, 2), hidden, cell);
      const operands = bidirectional
        ? ([x, ...forwards, ...direction(extent(x, 2), hidden, cell)] as const)
        : ([x, ...forwards] as const);
      return node("recurrent", [extent(x, 0), extent(x, 1), hidden * (bidirectional ? 2 : 1)], { operands, cell });
    },
  };
};

/** Begins a network. */
export const networkBuilder = () => {
  const collected = collector();
  const { leaf, size, finish } = collected;
  return {
    input: (name: string, shape: Shape) => leaf("input", "other", shape, { center: 0, spread: Math.sqrt(3) }, name),
    /** Whole numbers, of which there are so many. */
    numbers: (name: string, shape: Shape, below: number) => leaf("input", "other", shape, { below }, name),
    ...products(collected),
    ...elementwise(collected),
    ...rows(collected),
    ...images(collected),
    ...sequences(collected),
    size,
    finish,
  };
};

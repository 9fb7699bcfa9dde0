// A network as data: what is given (inputs and weights) and the operations on it, in order. Every contender has one rule per
// operation (`Rules`), so that a further network is a row for all of them at once.

/** The extents of a tensor. */
export type Shape = readonly number[];

/** A tensor of the network, named once. */
export interface Value {
  readonly name: string;
  readonly shape: Shape;
}

/** Functions of one number. */
export type Activation = "relu" | "gelu" | "tanh" | "sigmoid";

/** The recurrent cells, with PyTorch's gates. */
export type CellName = "lstm" | "gru" | "rnn";

/** The weights of one direction: [gates * hidden, in], [gates * hidden, hidden], and both biases [gates * hidden]. */
type DirectionWeights = readonly [Value, Value, Value, Value];

/** Each operation with its operands and options. Rows are [positions, features], images [batch, channels, height, width]. */
export interface Operations {
  /** a [rows, inner] times b [inner, columns], or [columns, inner] where it is transposed. */
  readonly matmul: { readonly operands: readonly [Value, Value]; readonly transposed: boolean };
  /** x W^T + b with W [out, in]. */
  readonly linear: { readonly operands: readonly [Value, Value, Value] };
  /** x table^T, with a table [columns, inner] that an embedding reads as well. */
  readonly tied: { readonly operands: readonly [Value, Value] };
  /** a + b of one shape. */
  readonly add: { readonly operands: readonly [Value, Value] };
  /** x + table, whose rows are repeated for each of the batch's sequences. */
  readonly addPositions: { readonly operands: readonly [Value, Value]; readonly batch: number };
  readonly activate: { readonly operands: readonly [Value]; readonly by: Activation };
  /** x * factor. */
  readonly scale: { readonly operands: readonly [Value]; readonly factor: number };
  /** x + summand. */
  readonly shift: { readonly operands: readonly [Value]; readonly summand: number };
  /** Along the last axis. */
  readonly softmax: { readonly operands: readonly [Value] };
  /** Along the last axis, with gain and bias. */
  readonly layerNorm: { readonly operands: readonly [Value, Value, Value] };
  /** Of q, k, v [batch * positions, heads * depth]. */
  readonly attention: {
    readonly operands: readonly [Value, Value, Value];
    readonly batch: number;
    readonly heads: number;
    readonly causal: boolean;
  };
  /** Rows of a table [rows, features] by whole numbers. */
  readonly embedding: { readonly operands: readonly [Value, Value] };
  /** Of images with filters [out, in / groups, height, width] and a bias. */
  readonly conv2d: {
    readonly operands: readonly [Value, Value, Value];
    readonly stride: number;
    readonly padding: number;
    readonly groups: number;
  };
  readonly maxPool: {
    readonly operands: readonly [Value];
    readonly window: number;
    readonly stride: number;
    readonly padding: number;
  };
  /** The mean of each channel: [batch, channels]. */
  readonly averagePool: { readonly operands: readonly [Value] };
  /** Images as rows: [batch, channels * height * width]. */
  readonly flatten: { readonly operands: readonly [Value] };
  /** [time, batch, features] as rows: [time * batch, features]; and back, where `shape` has three extents. */
  readonly reshape: { readonly operands: readonly [Value]; readonly shape: Shape };
  /** Of x [time, batch, in], forwards, or in both directions side by side: [time, batch, directions * hidden]. */
  readonly recurrent: {
    readonly operands:
      | readonly [Value, ...DirectionWeights]
      | readonly [Value, ...DirectionWeights, ...DirectionWeights];
    readonly cell: CellName;
  };
  /** The mean of -log softmax(logits)[label] over rows. */
  readonly crossEntropy: { readonly operands: readonly [Value, Value] };
}

export type OperationName = keyof Operations;

/** An operation at its place in a network. */
export type NodeOf<O extends OperationName> = Operations[O] & { readonly op: O; readonly result: Value };

export type Node = { readonly [O in OperationName]: NodeOf<O> }[OperationName];

/** A weight by what reads it: libraries differ in how they want these laid out. */
export type WeightUse = "matrix" | "filters" | "other";

/** Something given: noise in [center - spread, center + spread), or whole numbers below a bound. */
export interface Leaf {
  readonly value: Value;
  /** Inputs are there anew for each call, weights belong to the network. */
  readonly role: "input" | "weight";
  readonly use: WeightUse;
  readonly numbers: { readonly center: number; readonly spread: number } | { readonly below: number };
}

export interface Network {
  readonly leaves: readonly Leaf[];
  /** In an order in which they can be computed. */
  readonly nodes: readonly Node[];
  readonly outputs: readonly Value[];
}

/** As many as there are operands, of another type. */
type Each<Operands extends readonly Value[], T> = { readonly [At in keyof Operands]: T };

/** What an operation is for someone whose tensors are `T`. */
export type Rules<T> = {
  readonly [O in OperationName]: (operands: Each<Operations[O]["operands"], T>, node: NodeOf<O>) => T;
};

/** Applies the rules in order: all tensors by name. */
export const interpret = <T>(
  { leaves, nodes }: Network,
  rules: Rules<T>,
  given: (leaf: Leaf) => T,
): ReadonlyMap<string, T> => {
  const tensors = new Map<string, T>(leaves.map((leaf) => [leaf.value.name, given(leaf)]));
  for (const node of nodes) {
    const operands = node.operands.map(({ name }) => tensors.get(name));
    // A node's own kind chooses its rule, and operands are as many as it has, which TypeScript cannot follow through the table.
    const rule = rules[node.op] as (operands: readonly unknown[], node: Node) => T;
    tensors.set(node.result.name, rule(operands, node));
  }
  return tensors;
};

/** A tensor that the network has. */
export const tensorOf = <T>(tensors: ReadonlyMap<string, T>, { name }: Value): T => {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`no tensor ${name}`);
  return tensor;
};

/** Whether the network has such an operation. */
export const has = ({ nodes }: Network, op: OperationName): boolean => nodes.some((node) => node.op === op);

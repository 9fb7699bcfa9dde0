// Uses of ops that build kernels of their own, or loops for each element, one for each way that these can be built: what decides are element types, numerics
// and extents.
import { describeBody } from "../../src/ir/graph/body.ts";
import type { Numerics } from "../../src/ir/loop/kernel.ts";
import type { OpKind } from "../../src/ir/ops/index.ts";
import type { KnownType } from "../../src/ir/types/ndarray.ts";
import type { Tensor } from "../../src/ir/types/tensor.ts";

/** A use of an op, without the numbers. */
export interface KernelCase {
  readonly kind: OpKind;
  readonly operands: readonly KnownType[];
  readonly attrs: object;
  readonly numerics?: Numerics;
  /** Whether operands are read from where no axis goes on as the one before it does. */
  readonly apart?: boolean;
  /** Results that nobody reads. */
  readonly unread?: readonly number[];
  /** Whether it is enough to know which kernels and temporaries there are. */
  readonly brief?: boolean;
}

type Named = readonly [title: string, use: KernelCase];

const f32 = (...shape: readonly number[]): KnownType => ({ dtype: "f32", shape });
const f64 = (...shape: readonly number[]): KnownType => ({ dtype: "f64", shape });
const i32 = (...shape: readonly number[]): KnownType => ({ dtype: "i32", shape });

const product = (
  [rows, depth, columns]: readonly [number, number, number],
  transposeA = false,
  numerics: Numerics = "exact",
): Named => [
  `matmul of ${rows} x ${depth} x ${columns}${transposeA ? ", the left transposed" : ""}, ${numerics}`,
  {
    kind: "matmul",
    operands: [transposeA ? f32(depth, rows) : f32(rows, depth), f32(depth, columns)],
    attrs: { transposeA, transposeB: false },
    numerics,
  },
];

const products: readonly Named[] = [
  ...[1, 2, 3, 5, 8, 18].map((rows) => product([rows, 6, 67])),
  product([13, 6, 8], false, "relaxed"),
  ...([1, 3, 16, 38] as const).map((rows) => product([rows, 6, 32], true)),
  product([16, 6, 31], true),
  product([3, 6, 5]),
  [
    "matmul in batches, the left transposed",
    {
      kind: "matmul",
      operands: [f32(2, 1, 6, 5), f32(3, 6, 33)],
      attrs: { transposeA: true, transposeB: false },
    },
  ],
  [
    "matmul of f64",
    { kind: "matmul", operands: [f64(2, 3, 4), f64(4, 5)], attrs: { transposeA: false, transposeB: false } },
  ],
  product([40, 6, 32], true, "relaxed"),
];

interface Convolved {
  readonly batch?: number;
  readonly channels?: number;
  readonly outputs?: number;
  readonly groups?: number;
  readonly image?: readonly [height: number, width: number];
  readonly kernel?: readonly [height: number, width: number];
  readonly stride?: readonly [number, number];
  readonly padding?: readonly [number, number, number, number];
  readonly dilation?: readonly [number, number];
  readonly numerics?: Numerics;
}

/** A convolution and the gradient of its weights; of one of them the outline may not be worth reading. */
const convolution = (title: string, given: Convolved, brief?: "both" | "forward" | "gradient"): readonly Named[] => {
  const { batch = 2, channels = 3, outputs = 8, groups = 1, image = [9, 10], kernel = [3, 3] } = given;
  const { stride = [1, 1], padding = [1, 1, 1, 1], dilation = [1, 1], numerics = "exact" } = given;
  const extent = (axis: 0 | 1): number => {
    const padded = image[axis] + padding[(2 * axis) as 0 | 2] + padding[(2 * axis + 1) as 1 | 3];
    return Math.floor((padded - dilation[axis] * (kernel[axis] - 1) - 1) / stride[axis]) + 1;
  };
  const attrs = { stride, padding, dilation, groups };
  const images = f32(batch, channels * groups, ...image);
  const weights = f32(outputs * groups, channels, ...kernel);
  const flow = f32(batch, outputs * groups, extent(0), extent(1));
  return [
    [
      `conv2d, ${title}`,
      { kind: "conv2d", operands: [images, weights], attrs, numerics, brief: brief === "both" || brief === "forward" },
    ],
    [
      `conv2dWeightGradient, ${title}`,
      {
        kind: "conv2dWeightGradient",
        operands: [images, flow],
        attrs: { ...attrs, kernel },
        numerics,
        brief: brief === "both" || brief === "gradient",
      },
    ],
  ];
};

const none = [0, 0, 0, 0] as const;
const depthwise = { channels: 1, outputs: 1, groups: 3 } as const;

const convolutions: readonly Named[] = [
  ...convolution("four output channels", { outputs: 4 }, "both"),
  ...convolution("three output channels", { outputs: 3 }),
  ...convolution("five output channels", { outputs: 5 }, "gradient"),
  ...convolution("depthwise with dilated rows", { ...depthwise, dilation: [2, 1], image: [11, 9] }, "gradient"),
  ...convolution("nineteen output channels in two groups", { outputs: 19, groups: 2 }),
  ...convolution("no padding", { padding: none }),
  ...convolution("a stride of columns, no padding", { padding: none, stride: [1, 2] }),
  ...convolution("a stride of rows, no padding", { padding: none, stride: [2, 1] }, "gradient"),
  ...convolution("stride and dilation", { stride: [3, 2], dilation: [1, 2], image: [17, 15] }),
  ...convolution("many taps, rows of eight", { channels: 15, image: [8, 8] }),
  ...convolution("few taps, rows of eight", { channels: 14, image: [8, 8] }, "gradient"),
  ...convolution("rows wider than a block", { image: [3, 300], kernel: [1, 3], padding: [0, 0, 1, 1] }, "gradient"),
  ...convolution(
    "more taps than a block has room for",
    {
      channels: 600,
      image: [6, 20],
      kernel: [5, 5],
      padding: [2, 2, 2, 2],
    },
    "gradient",
  ),
  ...convolution("several blocks of rows", { image: [23, 17] }, "gradient"),
  ...convolution("many small images", { batch: 33, image: [2, 2] }, "forward"),
  ...convolution("no images", { batch: 0 }, "forward"),
  ...convolution("points of one pixel", { batch: 5, image: [1, 1], kernel: [1, 1], padding: none }, "both"),
  ...convolution("wide windows, few output channels", { outputs: 2, kernel: [2, 7], padding: [1, 1, 3, 3] }),
  ...convolution("many images, few output channels", { outputs: 3, batch: 40, image: [7, 8] }, "forward"),
  ...convolution("depthwise", { ...depthwise }),
  ...convolution("depthwise of three rows", { ...depthwise, image: [3, 9] }, "gradient"),
  ...convolution("depthwise of three columns", { ...depthwise, image: [9, 3] }, "both"),
  ...convolution("depthwise of four columns", { ...depthwise, image: [9, 4] }, "both"),
  ...convolution("depthwise with ten taps", { ...depthwise, kernel: [2, 5], padding: none }, "gradient"),
  ...convolution("depthwise with a stride", { ...depthwise, stride: [2, 2], image: [13, 14] }, "gradient"),
  ...convolution("depthwise, two results each", { channels: 1, outputs: 2, groups: 3 }, "gradient"),
];

const winograd = { numerics: "relaxed", batch: 1, channels: 16, outputs: 16, image: [5, 7] } as const;

/** Convolutions in fewer products, and such as only just are none. */
const fewerProducts: readonly Named[] = [
  ...convolution("fewer products", winograd, "gradient").slice(0, 1),
  ...convolution("fewer products, more tiles than a block has", { ...winograd, image: [37, 21] }).slice(0, 1),
  ...(
    [
      ["fewer channels", { channels: 15 }],
      ["fewer outputs", { outputs: 15 }],
      ["exact numerics", { numerics: "exact" }],
      ["a stride of rows", { stride: [2, 1] }],
      ["a stride of columns", { stride: [1, 2] }],
      ["a dilation", { dilation: [1, 2] }],
      ["groups", { groups: 2 }],
      ["low windows", { kernel: [2, 3] }],
      ["narrow windows", { kernel: [3, 2] }],
      ["four columns of results", { image: [4, 4] }],
      ["five columns of results", { image: [4, 5] }],
      ["one row of results", { image: [1, 9] }],
      ["two rows of results", { image: [2, 9] }],
      ["rows of more tiles than a block has", { image: [6, 140] }],
      ["as many tiles as a block has", { image: [16, 64] }],
    ] as const
  ).flatMap(([title, change]) =>
    convolution(`fewer products, ${title}`, { ...winograd, ...change }, "both").slice(0, 1),
  ),
];

const pooling = (title: string, image: readonly [number, number], given: object): Named => {
  const attrs = { kernel: [2, 2], stride: [2, 2], padding: none, dilation: [1, 1], ...given };
  const { kernel, stride, padding, dilation } = attrs;
  const counts = image.map((extent, axis) => {
    const padded = extent + (padding[2 * axis] ?? 0) + (padding[2 * axis + 1] ?? 0);
    return Math.floor((padded - (dilation[axis] ?? 1) * ((kernel[axis] ?? 1) - 1) - 1) / (stride[axis] ?? 1)) + 1;
  });
  return [
    `maxPool2dGradient, ${title}`,
    { kind: "maxPool2dGradient", operands: [f32(2, 3, ...image), f32(2, 3, ...counts)], attrs },
  ];
};

const poolings: readonly Named[] = [
  pooling("side by side", [8, 6], {}),
  pooling("side by side, a row and a column left", [9, 7], {}),
  pooling("overlapping", [8, 6], { stride: [1, 2] }),
  pooling("apart", [8, 9], { stride: [2, 3] }),
  pooling("dilated", [8, 9], { dilation: [1, 2] }),
  pooling("reaching out in front", [8, 8], { padding: [1, 0, 0, 0] }),
  pooling("reaching out behind", [7, 8], { padding: [0, 1, 0, 0] }),
  pooling("of sixteen elements", [8, 8], { kernel: [4, 4], stride: [4, 4] }),
  pooling("of twenty elements", [8, 10], { kernel: [4, 5], stride: [4, 5] }),
];

const alongAxes: readonly Named[] = [
  ["cumsum of rows", { kind: "cumsum", operands: [f32(3, 5, 4)], attrs: { axis: 1, reverse: false } }],
  ["cumsum of single elements", { kind: "cumsum", operands: [f32(3, 5)], attrs: { axis: 1, reverse: true } }],
  ["cumsum of nothing", { kind: "cumsum", operands: [f32(3, 0, 4)], attrs: { axis: 1, reverse: false } }],
  ["addAlongAxis", { kind: "addAlongAxis", operands: [i32(3, 5), f32(3, 5)], attrs: { axis: 1, extent: 7 } }],
  [
    "addAlongAxis to nothing",
    { kind: "addAlongAxis", operands: [i32(3, 5), f32(3, 5)], attrs: { axis: 1, extent: 0 } },
  ],
  ["scatterAdd", { kind: "scatterAdd", operands: [i32(4), f32(3, 4, 5)], attrs: { axis: 1, extent: 7 } }],
  ["scatterAdd to nothing", { kind: "scatterAdd", operands: [i32(4), f32(3, 4, 5)], attrs: { axis: 1, extent: 0 } }],
  ["dynamicUpdateSlice", { kind: "dynamicUpdateSlice", operands: [f32(3, 6), f32(3, 2), i32()], attrs: { axis: 1 } }],
];

interface Attended {
  readonly type?: typeof f32;
  readonly queries?: number;
  readonly keys?: number;
  readonly features?: number;
  readonly valueFeatures?: number;
  readonly heads?: readonly [queries: number, keys: number];
  /** Axes in front of the heads, of everything but what is added to the scores. */
  readonly outer?: readonly number[];
  readonly factors?: boolean;
  readonly valueHeads?: number;
  /** Shapes of what is added to the scores, which gets gradients, too. */
  readonly biases?: readonly (readonly number[])[];
}

/** Attention and its gradients, with scores that are scaled. */
const attention = (title: string, given: Attended, brief = false): readonly Named[] => {
  const {
    type: element = f32,
    outer = [],
    queries = 50,
    keys = 20,
    features = 8,
    valueFeatures = 8,
    heads = [1, 1],
    factors = false,
  } = given;
  const type = (...shape: readonly number[]): KnownType => element(...outer, ...shape);
  const scores = type(heads[0], queries, keys);
  const operands = [
    type(heads[0], queries, features),
    type(heads[1], keys, features),
    type(given.valueHeads ?? heads[1], keys, valueFeatures),
  ];
  const captured = (given.biases ?? []).map((shape) => element(...shape));
  const scored = (products: Tensor, biases: readonly Tensor[]): readonly Tensor[] => {
    const score = biases.reduce((sum, bias) => sum.add(bias), products.mul(0.5));
    return factors ? [score, products.sigmoid()] : [score];
  };
  const forward = describeBody([scores, ...captured], ([products, ...biases]) =>
    products === undefined ? [] : scored(products, biases),
  );
  const flows = factors ? [scores, scores] : [scores];
  const backward = describeBody([scores, ...flows, ...captured], ([products, ...others]) => {
    const [flow, factor] = others.slice(0, flows.length);
    if (products === undefined || flow === undefined) return [];
    const toProducts = factor === undefined ? flow.mul(0.5) : flow.mul(0.5).add(factor);
    return [...scored(products, others.slice(flows.length)), toProducts, ...captured.map(() => flow)];
  });
  const result = type(heads[0], queries, valueFeatures);
  return [
    [
      `attention, ${title}`,
      { kind: "attention", operands: [...operands, ...captured], attrs: { body: forward }, brief },
    ],
    [
      `attentionGradients, ${title}`,
      {
        kind: "attentionGradients",
        operands: [...operands, result, type(heads[0], queries), ...captured],
        attrs: { body: backward, factors, wanted: captured.map((_, at) => at) },
        brief,
      },
    ],
  ];
};

/** Gradients of which some are not asked for. */
const unread = (title: string, results: readonly number[], given: Attended = {}): readonly Named[] =>
  attention(title, given)
    .slice(1)
    .map(([name, use]): Named => [`${name}, some gradients not asked for`, { ...use, unread: results }]);

const attentions: readonly Named[] = [
  ...attention("fifty queries", {}),
  ...attention("three queries", { queries: 3 }),
  ...attention("three queries, six features", { queries: 3, features: 6 }, true),
  ...attention("one query, nine features of values", { queries: 1, valueFeatures: 9 }),
  ...attention("more keys than a block", { keys: 300 }, true),
  ...attention("values to be packed", { keys: 2048 }, true),
  ...attention("values too many to be packed", { keys: 2056, valueFeatures: 64 }, true),
  ...attention("heads that share keys", { heads: [4, 2], queries: 5 }),
  ...attention("two queries, many features of values", { queries: 2, valueFeatures: 32 }, true),
  ...attention("heads of batches of batches", { outer: [2, 2], heads: [3, 3], queries: 5 }, true),
  ...attention("heads that share values", { heads: [4, 4], valueHeads: 2, queries: 5 }, true).slice(1),
  ...attention("a bias for each head", { heads: [3, 3], queries: 5, biases: [[3, 5, 20]] }, true).slice(1),
  ...attention("a bias for all heads", { heads: [3, 3], queries: 5, biases: [[5, 20]] }, true).slice(1),
  ...attention("a bias repeated over heads", { heads: [3, 3], queries: 5, biases: [[1, 5, 20]] }, true).slice(1),
  ...attention(
    "a bias for each head and one for all",
    {
      heads: [3, 3],
      queries: 5,
      biases: [
        [3, 5, 20],
        [5, 20],
      ],
    },
    true,
  ).slice(1),
  ...unread("no gradient of queries", [0], { queries: 5 }),
  ...unread("no gradient of keys", [1], { queries: 5, keys: 12, features: 6 }),
  ...unread("no gradient of values", [2], { queries: 5 }),
  ...unread("no gradient of a bias for all heads", [3], { heads: [3, 3], queries: 5, biases: [[5, 20]] }),
  ...unread("no gradient of the second of two biases", [4], { heads: [2, 2], queries: 5, biases: [[5, 20], [20]] }),
  ...attention("a bias for each row", { queries: 5, biases: [[1, 5, 1]] }).slice(1),
  ...attention("factors", { factors: true, queries: 5 }),
  ...attention("f64", { type: f64, queries: 5, heads: [4, 2] }),
];

const reduced = (title: string, axes: readonly number[], given: object = {}): Named => [
  `reduce, ${title}`,
  {
    kind: "reduce",
    operands: [f32(2, 3, 4, 5)],
    attrs: { fn: "sum", axes, keepDims: false },
    ...given,
  },
];

const folds: readonly Named[] = [
  reduced("neighbouring axes", [1, 2]),
  reduced("neighbouring axes that are apart in memory", [1, 2], { apart: true }),
  reduced("axes that are no neighbours", [0, 2, 3]),
  reduced("no axes", []),
  ...[f32(3, 7), f32(3, 8), i32(3, 7), i32(3, 8)].map(
    (type): Named => [
      `argmax of ${type.shape[1] ?? 0} ${type.dtype}`,
      { kind: "argmax", operands: [type], attrs: { axis: 1 } },
    ],
  ),
];

/** All of them; titles are one line each. */
export const kernelCases: readonly Named[] = [
  ...products,
  ...convolutions,
  ...fewerProducts,
  ...poolings,
  ...alongAxes,
  ...folds,
  ...attentions,
];

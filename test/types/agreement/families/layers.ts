// Random calls of layers, and of recurrences.
import * as fc from "fast-check";
import { add, mul } from "../../../../src/ir/functions/index.ts";
import type { Dim } from "../../../../src/ir/types/dim.ts";
import type { Tensor } from "../../../../src/ir/types/tensor.ts";
import {
  anyDType,
  type Call,
  Code,
  call,
  dim,
  indices,
  type LayerName,
  layerCall,
  near,
  shape,
  tensor,
} from "../calls.ts";

const small = fc.constantFrom(1, 2, 3, 4, 8);

/** A layer of some features, of a sequence that has them last. */
const ofFeatures = (name: LayerName, ...more: readonly fc.Arbitrary<unknown>[]): fc.Arbitrary<Call> =>
  layerCall(
    name,
    fc
      .tuple(small, fc.tuple(...more), shape(0, 3))
      .chain(([features, rest, front]) =>
        tensor(near([...front, features]), fc.constant("f32")).map((x) => [[features, ...rest], [x]] as const),
      ),
  );

/** A layer of some channels, of images that have them on axis 1. */
const ofChannels = (name: LayerName, before: readonly number[] = []): fc.Arbitrary<Call> =>
  layerCall(
    name,
    fc
      .tuple(small, dim, shape(1, 2))
      .chain(([channels, batch, places]) =>
        tensor(near([batch, channels, ...places]), fc.constant("f32")).map(
          (x) => [[...before, channels], [x]] as const,
        ),
      ),
  );

const ofRows = fc.oneof(ofFeatures("linear", small), ofFeatures("layerNorm"), ofFeatures("rmsNorm"));

const ofImages = fc.oneof(ofChannels("batchNorm"), ofChannels("instanceNorm"), ofChannels("groupNorm", [1]));

const embedding = layerCall(
  "embedding",
  fc.tuple(small, small, indices(shape(0, 2))).map(([entries, features, ids]) => [[entries, features], [ids]] as const),
);

const size: fc.Arbitrary<Dim> = fc.constantFrom(1, 5, 8, 28, "H", "W", "floor((H+1)/2)");

const convolution = fc.constantFrom(1, 2, 3).chain((rank) =>
  layerCall(
    `conv${rank}d`,
    fc
      .tuple(small, small, fc.constantFrom(1, 3), fc.array(size, { minLength: rank, maxLength: rank }))
      .chain(([inputs, outputs, kernel, sizes]) =>
        fc
          .tuple(
            tensor(near(["N", inputs, ...sizes]), fc.constant("f32")),
            fc.record({ stride: fc.constantFrom(1, 2), padding: fc.constantFrom(0, 1) }, { requiredKeys: [] }),
          )
          .map(([x, options]) => [[inputs, outputs, kernel, options], [x]] as const),
      ),
  ),
);

const recurrent = fc.constantFrom("rnn" as const, "lstm" as const, "gru" as const).chain((name) =>
  layerCall(
    name,
    fc
      .tuple(
        small,
        small,
        dim,
        dim,
        fc.record(
          { bidirectional: fc.boolean(), batchFirst: fc.boolean(), layers: fc.constantFrom(1, 2) },
          { requiredKeys: [] },
        ),
      )
      .chain(([inputs, hidden, time, batch, options]) =>
        tensor(near([time, batch, inputs]), fc.constant("f32")).map((x) => [[inputs, hidden, options], [x]] as const),
      ),
  ),
);

const attention = layerCall(
  "multiHeadAttention",
  fc
    .tuple(fc.constantFrom(4, 8), shape(0, 2), dim)
    .chain(([features, front, length]) =>
      tensor(near([...front, length, features]), fc.constant("f32")).map((x) => [[features, 2], [x]] as const),
    ),
);

type Named = Readonly<Record<string, Tensor>>;
const steps = [
  new Code(
    "({ h }, { x }) => ({ carry: { h: f.add(h, x) }, output: { y: f.mul(h, x) } })",
    ({ h = 0 as never }: Named, { x = 0 as never }: Named) => ({
      carry: { h: add(h, x) },
      output: { y: mul(h, x) },
    }),
  ),
  new Code(
    "({ h }, { x }) => ({ carry: { h: f.mul(h, x) } })",
    ({ h = 0 as never }: Named, { x = 0 as never }: Named) => ({
      carry: { h: mul(h, x) },
    }),
  ),
] as const;

/** Recurrences whose state keeps its type. */
const scan = call(
  "scan",
  fc.tuple(dim, shape(0, 3), fc.constantFrom(...steps)).chain(([time, state, step]) =>
    fc
      .record({
        carry: fc.record({ h: tensor(fc.constant(state), fc.constant("f32")) }),
        over: fc.record({ x: tensor(fc.constant([time, ...state]), fc.constant("f32")) }),
        step: fc.constant(step),
      })
      .map((description) => [description]),
  ),
);

/** [N, channels, height, width] of a block that keeps them together. */
const residual = fc.oneof(
  layerCall(
    "residualBlock",
    fc
      .tuple(small, small, size, size, fc.constantFrom(1, 2))
      .chain(([inputs, outputs, height, width, stride]) =>
        tensor(near(["N", inputs, height, width]), fc.constant("f32")).map(
          (x) => [[inputs, outputs, { stride }], [x]] as const,
        ),
      ),
  ),
  layerCall(
    "dropout",
    tensor(shape(0, 3), anyDType).map((x) => [[0.5], [x]] as const),
  ),
);

const transformerLayer = layerCall(
  "transformerEncoderLayer",
  fc
    .tuple(fc.constantFrom(4, 8), shape(0, 1), dim)
    .chain(([features, front, length]) =>
      tensor(near([...front, length, features]), fc.constant("f32")).map(
        (x) => [[features, 2, { feedForward: 8 }], [x]] as const,
      ),
    ),
);

const transposed = fc.constantFrom(1, 2, 3).chain((rank) =>
  layerCall(
    `convTranspose${rank}d`,
    fc
      .tuple(small, small, fc.constantFrom(1, 2, 3), fc.array(size, { minLength: rank, maxLength: rank }))
      .chain(([inputs, outputs, kernel, sizes]) =>
        fc
          .tuple(
            tensor(near(["N", inputs, ...sizes]), fc.constant("f32")),
            fc.record({ stride: fc.constantFrom(1, 2), padding: fc.constantFrom(0, 1) }, { requiredKeys: [] }),
          )
          .map(([x, options]) => [[inputs, outputs, kernel, options], [x]] as const),
      ),
  ),
);

/** Families of calls, by name. */
export const layers: Readonly<Record<string, fc.Arbitrary<Call>>> = {
  ofRows,
  ofImages,
  embedding,
  convolution,
  transposed,
  recurrent,
  attention,
  residual,
  transformerLayer,
};

/** Recurrences. */
export const scans: Readonly<Record<string, fc.Arbitrary<Call>>> = { scan };

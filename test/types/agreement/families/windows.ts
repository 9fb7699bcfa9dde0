// Random calls of convolutions and pooling, over one to three axes, with every option.
import * as fc from "fast-check";
import type { Dim } from "../../../../src/ir/types/dim.ts";
import type { Shape } from "../../../../src/ir/types/tensor-type.ts";
import { anyShape, type Call, call, callOf, near, tensor } from "../calls.ts";

type Rank = 1 | 2 | 3;
const ranks = fc.constantFrom<Rank>(1, 2, 3);

/** One number, or one for each axis. */
const perAxis = (rank: Rank, least: number, most: number) =>
  fc.oneof(
    fc.integer({ min: least, max: most }),
    fc.array(fc.integer({ min: least, max: most }), { minLength: rank, maxLength: rank }),
  );
/** Counts, of which 0 is none: of several mistakes of one call, which the editor and the run time meet in another order, one is enough. */
const counts = (rank: Rank, most: number) =>
  fc.oneof({ weight: 14, arbitrary: perAxis(rank, 1, most) }, { weight: 1, arbitrary: fc.constant(0) });
const sides = (rank: Rank) =>
  fc.oneof(perAxis(rank, 0, 2), fc.array(fc.nat(2), { minLength: 2 * rank, maxLength: 2 * rank }));
const size: fc.Arbitrary<Dim> = fc.constantFrom(1, 2, 5, 7, 8, 12, 28, "H", "W", "H+1", "floor((H+1)/2)");
const sizes = (rank: Rank): fc.Arbitrary<Shape> => fc.array(size, { minLength: rank, maxLength: rank });
const windowOf = (rank: Rank): fc.Arbitrary<Shape> =>
  fc.array(fc.integer({ min: 1, max: 3 }), { minLength: rank, maxLength: rank });

const channels = fc.record({
  inputs: fc.constantFrom(1, 2, 3),
  outputs: fc.constantFrom(1, 2, 3),
  groups: fc.constantFrom(1, 1, 2),
});

const convolutionOf = (rank: Rank): fc.Arbitrary<Call> =>
  call(
    `conv${rank}d`,
    fc.tuple(channels, sizes(rank), windowOf(rank)).chain(([{ inputs, outputs, groups }, extents, kernel]) =>
      fc.tuple(
        tensor(near(["N", inputs * groups, ...extents])),
        tensor(near([outputs * groups, inputs, ...kernel])),
        fc.record(
          {
            stride: counts(rank, 2),
            padding: fc.oneof({ weight: 4, arbitrary: sides(rank) }, { weight: 1, arbitrary: fc.constant("same") }),
            dilation: counts(rank, 2),
            groups: fc.constant(groups),
          },
          { requiredKeys: ["groups"] },
        ),
      ),
    ),
  );

const conv2d = convolutionOf(2);
const convolution = fc.oneof(convolutionOf(1), convolutionOf(3));

const causal = call(
  "conv1d",
  fc
    .tuple(size, fc.integer({ min: 1, max: 3 }))
    .chain(([length, kernel]) =>
      fc.tuple(
        tensor(fc.constant(["N", 2, length])),
        tensor(fc.constant([3, 2, kernel])),
        fc.record(
          { stride: perAxis(1, 1, 2), padding: fc.constant("causal"), dilation: perAxis(1, 1, 2) },
          { requiredKeys: ["padding"] },
        ),
      ),
    ),
);

const transposedConvolution = ranks.chain((rank) =>
  call(
    `convTranspose${rank}d`,
    fc.tuple(channels, sizes(rank), windowOf(rank)).chain(([{ inputs, outputs, groups }, extents, kernel]) =>
      fc.tuple(
        tensor(near(["N", inputs * groups, ...extents])),
        tensor(near([inputs * groups, outputs, ...kernel])),
        fc.record(
          {
            stride: perAxis(rank, 1, 3),
            padding: sides(rank),
            dilation: perAxis(rank, 1, 2),
            groups: fc.constant(groups),
            outputPadding: fc.oneof(fc.constant(0), perAxis(rank, 0, 2)),
          },
          { requiredKeys: ["groups"] },
        ),
      ),
    ),
  ),
);

/** Options of pooling: means have no dilation. */
const poolingOptions = (kind: "maxPool" | "averagePool", rank: Rank) => {
  const common = { stride: perAxis(rank, 1, 3), padding: sides(rank), ceil: fc.boolean() };
  return kind === "maxPool"
    ? fc.record({ ...common, dilation: perAxis(rank, 1, 2) }, { requiredKeys: [] })
    : fc.record({ ...common, countPadding: fc.boolean() }, { requiredKeys: [] });
};

const pooling = fc
  .tuple(fc.constantFrom("maxPool" as const, "averagePool" as const), ranks)
  .chain(([kind, rank]) =>
    call(
      `${kind}${rank}d`,
      fc.tuple(
        tensor(sizes(rank).chain((extents) => near(["N", 3, ...extents]))),
        perAxis(rank, 1, 3),
        poolingOptions(kind, rank),
      ),
    ),
  );

/** Windows, strides and rates that may be 0, and nothing else that is wrong. */
const poolingOfCounts = ranks.chain((rank) =>
  call(
    `maxPool${rank}d`,
    fc.tuple(
      tensor(fc.constant(["N", 3, "H", 8, 9].slice(0, rank + 2))),
      perAxis(rank, 0, 2),
      fc.record({ stride: perAxis(rank, 0, 2), dilation: perAxis(rank, 0, 2) }, { requiredKeys: [] }),
    ),
  ),
);

const globalPooling = callOf(["globalAveragePool", "globalMaxPool"], fc.tuple(tensor(anyShape(0, 5))));

/** Families of calls, by name. */
export const windows: Readonly<Record<string, fc.Arbitrary<Call>>> = {
  conv2d,
  convolution,
  causal,
  transposedConvolution,
  pooling,
  poolingOfCounts,
  globalPooling,
};

// Random calls of functions that take a tensor apart into equal parts or heads, into lengths with symbols, and of numbers in front.
import * as fc from "fast-check";
import type { Dim } from "../../../../src/ir/types/dim.ts";
import type { Shape } from "../../../../src/ir/types/tensor-type.ts";
import { anyDType, anyShape, axisOf, type Call, call, callOf, dim, mostly, near, shape, tensor } from "../calls.ts";

const divided: fc.Arbitrary<Dim> = fc.oneof(dim, fc.constantFrom<Dim>(12, 24, "4*B", "6*T+12", "2*B*T"));
const dividedShape = (least: number): fc.Arbitrary<Shape> => fc.array(divided, { minLength: least, maxLength: 3 });

const chunk = call(
  "chunk",
  dividedShape(1).chain((of) =>
    fc.oneof(
      fc.tuple(tensor(fc.constant(of), anyDType), fc.integer({ min: -1, max: 6 }), axisOf(of)),
      fc.tuple(tensor(fc.constant(of), anyDType), fc.integer({ min: 1, max: 4 })),
    ),
  ),
);

const heads = fc.oneof(
  call("splitHeads", fc.tuple(tensor(dividedShape(0), anyDType), fc.integer({ min: 0, max: 6 }))),
  call("mergeHeads", fc.tuple(tensor(anyShape(0), anyDType))),
);

/** Lengths of which some have symbols, and an extent that is their sum, most of the time. */
const symbolicSplit = call(
  "split",
  fc
    .tuple(fc.constantFrom<Dim>("T", 1, "2*B"), fc.constantFrom<Dim>(1, 3, "T"), fc.nat(5))
    .chain(([first, second, chance]) => {
      const sums: Readonly<Record<string, Dim>> = { "T,1": "T+1", "T,3": "3+T", "T,T": "2*T", "1,T": "1+T" };
      const extent = chance === 0 ? "B" : (sums[`${first},${second}`] ?? `${first}+${second}`);
      return fc.tuple(tensor(fc.constant(["B", extent])), fc.constant([first, second]), fc.constantFrom(1, -1));
    }),
);

const numberFirst = callOf(
  ["add", "sub", "div", "pow", "maximum", "atan2", "less", "equal"],
  fc.tuple(
    fc.constantFrom(0, 1),
    fc.oneof({ weight: 6, arbitrary: tensor(anyShape(0), anyDType) }, { weight: 1, arbitrary: fc.constant(2) }),
  ),
);

const gates = { rnnCell: 1, gruCell: 3, lstmCell: 4 } as const;

/** Steps of recurrent networks, of which one operand may not fit. */
const cells = fc
  .tuple(
    fc.constantFrom("rnnCell" as const, "gruCell" as const, "lstmCell" as const),
    shape(0, 2),
    dim,
    fc.constantFrom(1, 2, 8),
  )
  .chain(([name, batch, features, units]) => {
    const rows = gates[name] * units;
    const fits = (like: Shape) =>
      tensor(fc.oneof({ weight: 9, arbitrary: fc.constant(like) }, near(like)), mostly("f32"));
    const hidden = fits([...batch, units]);
    return call(
      name,
      fc.tuple(
        fits([...batch, features]),
        name === "lstmCell" ? fc.record({ hidden, cell: fits([...batch, units]) }) : hidden,
        fc.record(
          {
            inputWeight: fits([rows, features]),
            hiddenWeight: fits([rows, units]),
            inputBias: fits([rows]),
            hiddenBias: fits([rows]),
          },
          { requiredKeys: ["inputWeight", "hiddenWeight"] },
        ),
      ),
    );
  });

/** Sums are the same in any order. */
const sums = fc.oneof(
  call("expectShape", fc.tuple(tensor(fc.constant(["P+T", 3])), fc.tuple(fc.constantFrom("T+P", "P+T"), dim))),
  call("reshape", fc.tuple(tensor(fc.constant(["P+T", 3])), fc.constantFrom([3, "T+P"], ["T+P+T+P+T+P"], [-1, "T+P"]))),
  call("broadcastTo", fc.tuple(tensor(fc.constant([1, "P+T"])), fc.tuple(dim, fc.constantFrom("T+P", "P+T+1")))),
);

/** Families of calls, by name. */
export const parts: Readonly<Record<string, fc.Arbitrary<Call>>> = {
  chunk,
  heads,
  symbolicSplit,
  numberFirst,
  cells,
  sums,
};

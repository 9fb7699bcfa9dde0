// Movements between shapes, beside looking every element up by its atoms.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emitOne } from "../../../src/ir/graph/traced-tensor.ts";
import { type Atom, type Axes, extentOf, movementsTo } from "../../../src/passes/attention/axes.ts";
import { graphOf, run } from "../support.ts";

const atoms: readonly Atom[] = ["a", "b", "c", "d"].map((name, at) => ({ name, extent: at + 2 }));

/** Atoms in some order, put together to axes; some axes have none. */
const arranged = (of: readonly Atom[]): fc.Arbitrary<Axes> =>
  fc
    .tuple(fc.shuffledSubarray([...of], { minLength: of.length }), fc.array(fc.nat(of.length), { maxLength: 3 }))
    .map(([order, cuts]) => {
      const ends = [...cuts.toSorted((x, y) => x - y), order.length];
      return ends.map((end, at) => order.slice(at === 0 ? 0 : ends[at - 1], end));
    });

/** A value of some atoms, and axes that have these and perhaps more. */
const cases = fc
  .tuple(fc.subarray([...atoms]), fc.subarray([...atoms]))
  .chain(([own, more]) =>
    fc.tuple(arranged(own), arranged(atoms.filter((atom) => own.includes(atom) || more.includes(atom))), fc.nat(4)),
  );

const shapeOf = (axes: Axes): readonly number[] => axes.map((each) => Number(extentOf(each)));

/** The elements of the value where the axes want them: which one stands there, its own atoms say. */
const expected = (from: Axes, to: Axes, wholeFrom: number): readonly number[] => {
  const own = from.flat();
  const kept = to.map((each, axis) => (axis < wholeFrom ? each.filter((atom) => own.includes(atom)) : each)).flat();
  const count = kept.reduce((size, { extent }) => size * Number(extent), 1);
  return Array.from({ length: count }, (_, at) => {
    let rest = at;
    const index = new Map<string, number>();
    for (const { name, extent } of kept.toReversed()) {
      index.set(name, rest % Number(extent));
      rest = Math.floor(rest / Number(extent));
    }
    return own.reduce((position, { name, extent }) => position * Number(extent) + (index.get(name) ?? 0), 0);
  });
};

describe("movements", () => {
  test("bring each element to where its atoms are", () => {
    fc.assert(
      fc.property(cases, ([from, to, whole]) => {
        const wholeFrom = Math.min(whole, to.length);
        const shape = shapeOf(from);
        const size = shape.reduce((product, extent) => product * extent, 1);
        const steps = movementsTo({ shape, axes: from }, to, wholeFrom);
        const graph = graphOf((trace) => {
          const x = trace.input("x", { dtype: "f64", shape });
          return { y: steps.reduce((value, { op, attrs }) => emitOne(trace, op, [value], attrs), x) };
        });
        const data = Float64Array.from({ length: size }, (_, at) => at);
        const { y } = run(graph, { x: { dtype: "f64", shape, data } }).outputs;
        const own = from.flat();
        expect(y?.shape).toEqual(
          to.map((each, axis) => Number(extentOf(axis < wholeFrom ? each.filter((atom) => own.includes(atom)) : each))),
        );
        expect([...(y?.data ?? [])]).toEqual(expected(from, to, wholeFrom));
      }),
      { numRuns: 400 },
    );
  });

  test("are none where nothing moves, and as few as there need to be", () => {
    const [a, b, c] = atoms;
    if (a === undefined || b === undefined || c === undefined) throw new Error("there are atoms");
    const ops = (from: Axes, to: Axes): readonly string[] =>
      movementsTo({ shape: shapeOf(from), axes: from }, to, 0).map(({ op }) => op);
    expect(ops([[a], [b]], [[a], [b]])).toEqual([]);
    expect(ops([[a, b]], [[a], [b]])).toEqual(["reshape"]);
    expect(ops([[b], [a]], [[a], [b]])).toEqual(["transpose"]);
    expect(ops([[b, a]], [[a, b]])).toEqual(["reshape", "transpose", "reshape"]);
    expect(ops([[b]], [[a], [b]])).toEqual(["reshape", "broadcast"]);
    expect(ops([[], [b]], [[a], [b]])).toEqual(["broadcast"]);
    expect(ops([[a]], [[a, c], [b]])).toEqual(["reshape", "broadcast", "reshape"]);
  });
});

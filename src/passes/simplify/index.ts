// Positions that are known: gathers at constant or consecutive rows, and slices that look through what was put together.
import { P } from "ts-pattern";
import { addDims, type Dim, isKnown, subtractDims } from "../../ir/types/dim.ts";
import type { Shape } from "../../ir/types/tensor-type.ts";
import { filled, make, type RuleSet, reshaped, rules } from "../rules.ts";

const x = P.select("x");

/** Ranges that take everything, but along one axis from `start` to `end`. */
const along = (shape: Shape, axis: number, start: Dim, end: Dim) => ({
  starts: shape.map((_, position): Dim => (position === axis ? start : 0)),
  ends: shape.map((extent, position): Dim => (position === axis ? end : extent)),
  steps: shape.map(() => 1),
});

/** Rules about positions. */
export const positions: RuleSet = rules("positions", {
  // gather(c, i) => c
  gatherFromConstant: (node) =>
    node.with({ op: "gather", args: [{ op: "constant", attrs: { value: P.select("c") } }, P._] }, ({ c }, { type }) =>
      filled(c, type),
    ),
  // gather(x, [0, 1, ..., n - 1]) => x[0:n]
  gatherOfConsecutive: (node) =>
    node.with(
      { op: "gather", attrs: { axis: P.select("axis") }, args: [x, { op: "iota", attrs: { shape: [P.select("n")] } }] },
      ({ axis, x, n }) => {
        const rows = x.type.shape[axis] ?? 0;
        const fits = rows === n || (isKnown(rows) && isKnown(n) && n <= rows);
        return fits ? make("slice", along(x.type.shape, axis, 0, n), x) : undefined;
      },
    ),
  // gather(x, i everywhere) => broadcast(x[i])
  gatherOfOneRow: (node) =>
    node.with(
      {
        op: "gather",
        attrs: { axis: P.select("axis") },
        args: [x, P.select("indices", { op: "constant", attrs: { value: P.select("row") } })],
      },
      ({ axis, x, indices, row }, { type }) => {
        const rows = x.type.shape[axis] ?? 0;
        if (!isKnown(rows) || row < 0 || row >= rows) return undefined;
        const single = x.type.shape.toSpliced(axis, 1, ...indices.type.shape.map(() => 1));
        return make(
          "broadcast",
          { shape: type.shape },
          reshaped(single, make("slice", along(x.type.shape, axis, row, row + 1), x)),
        );
      },
    ),
  // concat(x, y)[within x] => x[...]
  sliceOfConcat: (node) =>
    node.with(
      {
        op: "slice",
        attrs: P.select("ranges"),
        args: [P.select("joined", { op: "concat", attrs: { axis: P.select("axis") } })],
      },
      ({ ranges, joined, axis }) => {
        const [start, end] = [ranges.starts[axis], ranges.ends[axis]];
        if (start === undefined || end === undefined || !isKnown(start) || !isKnown(end)) return undefined;
        let before: Dim = 0;
        for (const part of joined.args) {
          const after = addDims(before, part.type.shape[axis] ?? 0);
          if (!isKnown(before) || !isKnown(after)) return undefined;
          if (start >= before && end <= after)
            return make(
              "slice",
              {
                ...ranges,
                starts: ranges.starts.with(axis, start - before),
                ends: ranges.ends.with(axis, end - before),
              },
              part,
            );
          before = after;
        }
        return undefined;
      },
    ),
  // pad(x)[within x] => x[...]
  sliceOfPad: (node) =>
    node.with(
      { op: "slice", attrs: P.select("ranges"), args: [{ op: "pad", attrs: P.select("padding"), args: [x] }] },
      ({ ranges, padding: { low, interior }, x }) => {
        const starts = ranges.starts.map((start, axis) => subtractDims(start, low[axis] ?? 0));
        const ends = ranges.ends.map((end, axis) => subtractDims(end, low[axis] ?? 0));
        const isInside = x.type.shape.every((extent, axis) => {
          const [start, end] = [starts[axis], ends[axis]];
          const startsInside = start !== undefined && isKnown(start) && start >= 0;
          const endsInside = end === extent || (end !== undefined && isKnown(end) && isKnown(extent) && end <= extent);
          return interior[axis] === 0 && startsInside && endsInside;
        });
        return isInside ? make("slice", { ...ranges, starts, ends }, x) : undefined;
      },
    ),
});

// Leaf loops that move values between places: loads, stores, and casts to types that every value fits into or that round
// or wrap when stored. f32 has loops of its own; the other pairs of types, which no hot loop moves, share theirs.
import type { DataArray } from "../../../ir/types/dtype.ts";
import type { CopyRow, Floats, GatherRow } from "./row.ts";

const copyFloats: CopyRow<Floats, Floats> = (count, out, o, outStep, _outLane, a, i, step) => {
  for (let k = 0, to = o, from = i; k < count; k++, to += outStep, from += step) out[to] = a[from] ?? 0;
};

const copyFloatLanes: CopyRow<Floats, Floats> = (count, out, o, outStep, outLane, a, i, step, lane) => {
  for (let k = 0, to = o, from = i; k < count; k++, to += outStep, from += step) {
    out[to] = a[from] ?? 0;
    out[to + outLane] = a[from + lane] ?? 0;
    out[to + outLane * 2] = a[from + lane * 2] ?? 0;
    out[to + outLane * 3] = a[from + lane * 3] ?? 0;
  }
};

const copyAny: CopyRow<DataArray, DataArray> = (count, out, o, outStep, _outLane, a, i, step) => {
  for (let k = 0, to = o, from = i; k < count; k++, to += outStep, from += step) out[to] = a[from] ?? 0;
};

const copyAnyLanes: CopyRow<DataArray, DataArray> = (count, out, o, outStep, outLane, a, i, step, lane) => {
  for (let k = 0, to = o, from = i; k < count; k++, to += outStep, from += step) {
    out[to] = a[from] ?? 0;
    out[to + outLane] = a[from + lane] ?? 0;
    out[to + outLane * 2] = a[from + lane * 2] ?? 0;
    out[to + outLane * 3] = a[from + lane * 3] ?? 0;
  }
};

const gatherFloats: GatherRow<Floats, Floats> = (count, out, o, a, at, x, p) => {
  for (let k = 0; k < count; k++) out[o + k] = a[at[x + (k & p)] ?? 0] ?? 0;
};

const gatherFloatLanes: GatherRow<Floats, Floats> = (count, out, o, a, at, x, p, step) => {
  for (let k = 0, to = o; k < count; k++, to += 4) {
    const from = at[x + (k & p)] ?? 0;
    for (let lane = 0; lane < 4; lane++) out[to + lane] = a[from + lane * step] ?? 0;
  }
};

const gatherAny: GatherRow<DataArray, DataArray> = (count, out, o, a, at, x, p) => {
  for (let k = 0; k < count; k++) out[o + k] = a[at[x + (k & p)] ?? 0] ?? 0;
};

const gatherAnyLanes: GatherRow<DataArray, DataArray> = (count, out, o, a, at, x, p, step) => {
  for (let k = 0, to = o; k < count; k++, to += 4) {
    const from = at[x + (k & p)] ?? 0;
    for (let lane = 0; lane < 4; lane++) out[to + lane] = a[from + lane * step] ?? 0;
  }
};

const areFloats = (out: DataArray, a: DataArray): boolean => out instanceof Float32Array && a instanceof Float32Array;

/** The row that copies scalars or vectors of `a` to `out`. The arrays have been looked at, so the casts hold. */
export const copyRow = (out: DataArray, a: DataArray, lanes: 1 | 4): CopyRow<DataArray, DataArray> =>
  areFloats(out, a)
    ? ((lanes === 1 ? copyFloats : copyFloatLanes) as CopyRow<DataArray, DataArray>)
    : lanes === 1
      ? copyAny
      : copyAnyLanes;

/** The row that reads scalars or vectors of `a` where an index says. */
export const gatherRow = (out: DataArray, a: DataArray, lanes: 1 | 4): GatherRow<DataArray, DataArray> =>
  areFloats(out, a)
    ? ((lanes === 1 ? gatherFloats : gatherFloatLanes) as GatherRow<DataArray, DataArray>)
    : lanes === 1
      ? gatherAny
      : gatherAnyLanes;

/** `out[at[x + (k & q)] + l] = a[i + ((k * lanes + l) & p)]` for `count` values of so many lanes, in order. */
export const scatter = (
  count: number,
  lanes: number,
  out: DataArray,
  a: DataArray,
  i: number,
  p: number,
  at: DataArray,
  x: number,
  q: number,
): void => {
  for (let k = 0; k < count; k++) {
    const to = at[x + (k & q)] ?? 0;
    for (let lane = 0; lane < lanes; lane++) out[to + lane] = a[i + ((k * lanes + lane) & p)] ?? 0;
  }
};

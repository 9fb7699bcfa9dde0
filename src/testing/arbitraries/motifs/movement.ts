// Elements that go apart and come back: cut and joined, turned round and back, padded and cut.
import { split } from "../../../ir/functions/parts.ts";
import type { Tensor } from "../../../ir/types/tensor.ts";
import type { Motif, Motifs } from "./motif.ts";

const shapeOf = (x: Tensor): readonly number[] => x.shape.map(Number);

const whole = (x: Tensor) => shapeOf(x).map((end) => ({ start: 0, end, step: 1 }));

/** Pieces of an axis, changed, and joined again in their order or another. */
const concatSlices: Motif = ({ some, nat, choose, chance }) => {
  const x = some({ minRank: 1, maxRank: 3 });
  const axis = nat(x.shape.length);
  const extent = shapeOf(x)[axis] ?? 1;
  const first = nat(extent + 1);
  const pieces = split(x, [first, extent - first], axis);
  const changed = choose<readonly Tensor[]>(
    pieces,
    pieces.toReversed(),
    pieces.map((piece) => piece.neg()),
    [...pieces, x],
  );
  const [head = x, ...others] = changed;
  const joined = head.concat(others, axis);
  if (chance(0.5)) return joined;
  return joined.slice(whole(joined).with(axis, { start: first, end: Number(joined.shape[axis]), step: 1 }));
};

/** Padding that a slice takes away, or takes a part of. */
const padSlice: Motif = ({ some, nat, choose }) => {
  const x = some({ minRank: 1, maxRank: 3 });
  const low = shapeOf(x).map(() => nat(2));
  const padded = x.pad(
    low.map((low) => ({ low, high: 1, interior: 0 })),
    choose(0, 1, -Infinity),
  );
  const from = choose(
    low,
    low.map(() => 0),
  );
  return padded.slice(
    shapeOf(x).map((extent, axis) => ({ start: from[axis] ?? 0, end: (from[axis] ?? 0) + extent, step: 1 })),
  );
};

/** Transposes and reshapes of which some cancel, with arithmetic between. */
const movedAbout: Motif = ({ some, choose, chance }) => {
  const x = some({ minRank: 2, maxRank: 3 });
  const back = x.shape.map((_, axis) => axis).toReversed();
  const turned = choose(
    () => x.transpose(back),
    () => x.flip([0]).transpose(back),
    () => x.reshape([-1]).reshape(x.shape.toReversed()),
  )();
  const changed = chance(0.6) ? turned.mul(2).add(1) : turned;
  return choose(
    () => changed.transpose(back),
    () => changed.reshape(x.shape),
    () => changed.transpose(back).add(x),
    () => changed.sum({ axes: [0] }),
  )();
};

/** Heads split off, each summed or multiplied, and merged again. */
const splitHeads: Motif = ({ extent, rows, value, choose }) => {
  const [length, heads, features] = [rows(), extent(), extent()];
  const x = value([length, heads * features]);
  const parted = x.reshape([length, heads, features]).transpose([1, 0, 2]);
  const changed = choose(
    () => parted.mul(0.5),
    () => parted.sub(parted.mean({ axes: [-1], keepDims: true })),
    () => parted.matmul(value([heads, features, features])),
  )();
  return changed.transpose([1, 0, 2]).reshape([length, heads * features]);
};

/** The first and the second half of an axis, turned as rotary positions turn them (Su and others 2021). */
const rotated: Motif = ({ rows, nat, value, longest }) => {
  const half = 1 + nat(Math.ceil(longest / 2));
  const x = value([rows(), 2 * half]);
  const [first = x, second = x] = split(x, half, -1);
  const turned = second.neg().concat([first], -1);
  const angle = value([2 * half]);
  return x.mul(angle.cos()).add(turned.mul(angle.sin()));
};

export const movementMotifs: Motifs = { concatSlices, padSlice, movedAbout, splitHeads, rotated };

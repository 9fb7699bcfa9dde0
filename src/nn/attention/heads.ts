// What layers of attention refuse: heads that do not divide features, sequences of other features.
import { reject } from "../../ir/diagnostics/diagnostic.ts";
import type { Tensor } from "../../ir/types/tensor.ts";
import { printType } from "../../ir/types/tensor-type.ts";

/** Refuses heads that do not divide the features evenly (W284), where the layer is written. */
export const requireHeads = (layer: string, heads: number, features: number): void =>
  requireDivisor(layer, heads, "heads", features, "features");

/** Refuses heads of keys that heads of queries do not share evenly (W284), where the layer is written. */
export const requireKeyHeads = (layer: string, keyHeads: number, heads: number): void =>
  requireDivisor(layer, keyHeads, "heads of keys", heads, "heads");

const requireDivisor = (layer: string, parts: number, what: string, whole: number, of: string): void => {
  if (!(Number.isInteger(parts) && parts > 0 && whole % parts === 0))
    reject("W284", { layer, heads: `${parts} ${what}`, whole: `${whole} ${of}` });
};

/** Refuses queries without an axis of positions (W280). */
export const requirePositions = (op: string, queries: Tensor): void => {
  if (queries.shape.length < 2) reject("W280", { op, type: printType(queries.type) });
};

/** Refuses sequences of other features than a layer was made for (W286). */
export const requireFeatures = (op: string, x: Tensor, features: number): void => {
  const given = x.shape.at(-1);
  if (given !== features)
    reject("W286", { op, given: `${given ?? "no"}`, expected: `${features}`, type: printType(x.type) });
};

// What is known, where a sequence is read in pieces, of the pieces before: how many positions there were, and rows (keys and
// values) that were kept. Layers that look back ask `currentPast`. Like the mode it is a scope: it holds while one entry point
// of a decoding is traced, and there is none wherever a sequence is described whole.
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { captureLocation } from "../ir/diagnostics/location.ts";
import type { Tensor } from "../ir/types/tensor.ts";

/** The pieces before the one at hand. */
export interface Past {
  /** How many positions came before: an i32 that is known only when running. */
  readonly position: Tensor<[], "i32">;
  /** How many positions there may be in all. */
  readonly capacity: number;
  /**
   * Rows of the positions at hand [..., n, features], put behind those of all positions before: [..., capacity, features].
   * Rows behind these are 0, or left over from what was gone back on; nothing may depend on them.
   */
  readonly append: (rows: Tensor) => Tensor;
}

const pasts: Past[] = [];

/**
 * Describes a piece of a sequence: within `describe`, `currentPast` is this one. `decoding` does so; a test of a layer
 * may.
 *
 * @example
 * const position = constant(3, [], "i32");
 * withPast({ position, capacity: 8, append: (rows) => rows }, () => currentPast()?.capacity); // 8
 */
export const withPast = <R>(past: Past, describe: () => R): R => {
  pasts.push(past);
  try {
    return describe();
  } finally {
    pasts.pop();
  }
};

/**
 * The pieces before the one that is being described; undefined where a sequence is described whole.
 *
 * @example
 * currentPast(); // undefined
 */
export const currentPast = (): Past | undefined => pasts.at(-1);

/**
 * The position at which what is being described starts: 0, or while decoding an i32 scalar that is known only when
 * running.
 *
 * @example
 * currentPosition(); // 0
 */
export const currentPosition = (): number | Tensor<[], "i32"> => currentPast()?.position ?? 0;

/**
 * Refuses, while decoding, a layer that would need the whole sequence at once; does nothing elsewhere.
 *
 * @throws W522 while decoding.
 * @example
 * requireWhole("reverse", "it reads from the end"); // undefined
 */
export const requireWhole = (layer: string, why: string): void => {
  if (currentPast() !== undefined) reject("W522", { layer, why }, { location: captureLocation() });
};

const prefix = "decoding.";

/** The parameter that counts the positions of a decoding. */
export const positionState: string = `${prefix}position`;

/** The parameter that keeps the rows appended at the `site`-th place of a description. */
export const rowsState = (site: number): string => `${prefix}rows.${site}`;

/** Whether a parameter is state of a decoding, which belongs to the sequence at hand and not to the model. */
export const isDecodingState = (name: string): boolean => name.startsWith(prefix);

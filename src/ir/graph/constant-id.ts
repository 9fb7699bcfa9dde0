// Content addresses of dense constants: equal contents get equal ids, so graphs and their text do not depend on where a
// constant came from. A 53-bit hash (two rounds of FNV-1a over the bytes), with a salt for the collision that never comes.
import type { DataArray, DType } from "../types/dtype.ts";

const bytesOf = (data: DataArray): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

const fnv = (bytes: Uint8Array, seed: number): number => {
  let hash = seed;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 16777619);
  return hash >>> 0;
};

/** `f32x10-9e3779b97f4a7` : dtype, length and hash of the bytes. */
export const constantId = (dtype: DType, data: DataArray, salt: number): string => {
  const bytes = bytesOf(data);
  const high = fnv(bytes, 2166136261 ^ salt);
  const low = fnv(bytes, high ^ 0x9e3779b9);
  return `${dtype}x${data.length}-${high.toString(16).padStart(8, "0")}${low.toString(16).padStart(8, "0")}`;
};

/** Whether two constants hold the same bytes. */
export const sameContents = (a: DataArray, b: DataArray): boolean => {
  if (a === b) return true;
  if (a.byteLength !== b.byteLength || a.constructor !== b.constructor) return false;
  const left = bytesOf(a);
  const right = bytesOf(b);
  return left.every((byte, position) => byte === right[position]);
};

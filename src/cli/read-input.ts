// Values of inputs from files: tensors in safetensors, or numbers in JSON. What a file holds is checked against the type of
// the input before it is used, and the finding names the file.
import { readFile } from "node:fs/promises";
import { loadSafetensors } from "../formats/safetensors-file.ts";
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { inWords } from "../ir/diagnostics/in-words.ts";
import type { Port } from "../ir/loop/kernel.ts";
import { type DataArray, type DType, dtypes } from "../ir/types/dtype.ts";
import { limits } from "../ir/types/limits.ts";
import { sizeOf } from "../ir/types/ndarray.ts";
import { knownShape } from "../ir/types/shape.ts";
import { printShape, printType } from "../ir/types/tensor-type.ts";

type Fail = (why: string) => never;

const failing = (file: string, { name }: Port): Fail => {
  return (why) => reject("W623", { file, input: name, why });
};

/** The numbers that a JSON list may hold for a dtype. */
const accepts: { readonly [D in DType]: { readonly what: string; readonly test: (value: number) => boolean } } = {
  f32: { what: "numbers", test: () => true },
  f64: { what: "numbers", test: () => true },
  i32: { what: "whole numbers of 32 bits", test: (value) => (value | 0) === value },
  u8: { what: "whole numbers from 0 to 255", test: (value) => Number.isInteger(value) && value >= 0 && value <= 255 },
  bool: { what: "true and false, or 1 and 0", test: (value) => value === 0 || value === 1 },
};

const fromTensors = async (file: string, port: Port): Promise<DataArray> => {
  const { name, type } = port;
  const fail: Fail = failing(file, port);
  const tensors = await loadSafetensors(file);
  const names = Object.keys(tensors);
  const chosen = Object.hasOwn(tensors, name)
    ? tensors[name]
    : names.length === 1
      ? tensors[names[0] ?? ""]
      : undefined;
  if (chosen === undefined) return fail(`it has no tensor of that name, but ${names.join(", ") || "none at all"}`);
  const shape = knownShape(type.shape);
  if (chosen.dtype !== type.dtype || printShape(chosen.shape) !== printShape(shape))
    return fail(`it holds ${printType(chosen)}, expected ${printType(type)}`);
  return chosen.data;
};

/** Puts the elements of nested lists into one, in order. Gives whether they were nested as the shape says. */
const flatten = (value: unknown, shape: readonly number[], into: unknown[], depth = 0): boolean => {
  // No tensor is deeper, and a file may hold lists that are as deep as it is long.
  if (!Array.isArray(value) || depth > limits.rank) {
    into.push(value);
    return shape.length === 0;
  }
  const [extent, ...inner] = shape;
  return value.reduce<boolean>((fits, each) => flatten(each, inner, into, depth + 1) && fits, value.length === extent);
};

/** The values of an input from JSON text; `reject`s (W623) what does not fit the input. `file` is for the message. */
export const inputFromJson = (text: string, file: string, port: Port): DataArray => {
  const { type } = port;
  const fail: Fail = failing(file, port);
  const shape = knownShape(type.shape);
  const value = parseJson(text, fail);
  const elements: unknown[] = [];
  const nested = flatten(value, shape, elements);
  const flat = Array.isArray(value) && value.length === elements.length;
  const size = sizeOf(shape);
  if (elements.length !== size) fail(`it holds ${elements.length} numbers, but ${printType(type)} has ${size}`);
  if (!nested && !flat) fail(`its lists are not nested as ${printShape(shape)}`);
  const { what, test } = accepts[type.dtype];
  const data = dtypes[type.dtype].allocate(size);
  for (const [at, element] of elements.entries()) {
    const number = typeof element === "boolean" && type.dtype === "bool" ? Number(element) : element;
    if (typeof number !== "number" || !test(number))
      return fail(`element ${at} is ${inWords(element)}; ${printType(type)} takes ${what}`);
    data[at] = number;
  }
  return data;
};

const readText = async (file: string): Promise<string> => {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    return reject("W403", { file, why: cause instanceof Error ? cause.message : String(cause) }, { cause });
  }
};

const parseJson = (text: string, fail: Fail): unknown => {
  try {
    return JSON.parse(text);
  } catch (error) {
    return fail(`it is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
};

/** The values of an input. `reject`s files that cannot be read (W403, W401) or do not fit the input (W623). */
export const readInput = async (file: string, port: Port): Promise<DataArray> => {
  if (file.endsWith(".safetensors")) return fromTensors(file, port);
  if (file.endsWith(".json")) return inputFromJson(await readText(file), file, port);
  return failing(file, port)("only .safetensors and .json files are read");
};

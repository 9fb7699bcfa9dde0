// Values of inputs from files: tensors in safetensors, or numbers in JSON. What a file holds is checked against the type of
// the input before it is used, and the finding names the file.
import { readFile } from "node:fs/promises";
import { loadSafetensors } from "../formats/safetensors-file.ts";
import { reject } from "../ir/diagnostics/diagnostic.ts";
import type { Port } from "../ir/loop/kernel.ts";
import { type DataArray, type DType, dtypes } from "../ir/types/dtype.ts";
import { sizeOf } from "../ir/types/ndarray.ts";
import { knownShape } from "../ir/types/shape.ts";
import { printShape, printType } from "../ir/types/tensor-type.ts";

type Fail = (why: string) => never;

/** The numbers that a JSON list may hold for a dtype. */
const accepts: { readonly [D in DType]: { readonly what: string; readonly test: (value: number) => boolean } } = {
  f32: { what: "numbers", test: () => true },
  f64: { what: "numbers", test: () => true },
  i32: { what: "whole numbers of 32 bits", test: (value) => (value | 0) === value },
  u8: { what: "whole numbers from 0 to 255", test: (value) => Number.isInteger(value) && value >= 0 && value <= 255 },
  bool: { what: "true and false, or 1 and 0", test: (value) => value === 0 || value === 1 },
};

const fromTensors = async (file: string, { name, type }: Port, fail: Fail): Promise<DataArray> => {
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

/** The elements of nested lists in order, and whether they were nested as the shape says. */
const flatten = (value: unknown, shape: readonly number[], into: unknown[]): boolean => {
  if (!Array.isArray(value)) {
    into.push(value);
    return shape.length === 0;
  }
  const [extent, ...inner] = shape;
  return value.reduce<boolean>((fits, each) => flatten(each, inner, into) && fits, value.length === extent);
};

const fromJson = async (file: string, { type }: Port, fail: Fail): Promise<DataArray> => {
  const shape = knownShape(type.shape);
  const value = parseJson(await readText(file), fail);
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
      return fail(`element ${at} is ${JSON.stringify(element)}; ${printType(type)} takes ${what}`);
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
export const readInput = (file: string, port: Port): Promise<DataArray> => {
  const fail: Fail = (why) => reject("W623", { file, input: port.name, why });
  if (file.endsWith(".safetensors")) return fromTensors(file, port, fail);
  if (file.endsWith(".json")) return fromJson(file, port, fail);
  return fail("only .safetensors and .json files are read");
};

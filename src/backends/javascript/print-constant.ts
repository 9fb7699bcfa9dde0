// Constants in the printed module: few numbers as they are, many as base64 of their bytes.
import { type DataArray, type DType, dtypes } from "../../ir/types/dtype.ts";
import type { Helper } from "./helpers.ts";
import { number } from "./text.ts";

/** Longer constants are printed as base64. */
const printedElements = 32;

/** The shortest decimal that an array of this dtype reads back as exactly the element. */
const printElement = (dtype: DType, value: number): string => {
  if (dtype === "f32" && Number.isFinite(value) && value !== 0) {
    for (let digits = 1; digits <= 9; digits++) {
      const short = Number(value.toPrecision(digits));
      if (Math.fround(short) === value) return number(short).text;
    }
  }
  return number(value).text;
};

const base64 = ({ buffer, byteOffset, byteLength }: DataArray): string => {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  let characters = "";
  // A call takes only so many arguments.
  for (let at = 0; at < byteLength; at += 4096) characters += String.fromCharCode(...bytes.subarray(at, at + 4096));
  return btoa(characters);
};

/** The statement that fills the view `name` of a buffer with the buffer's contents. */
export const printConstant = (name: string, dtype: DType, data: DataArray, uses: (helper: Helper) => void): string => {
  const first = data[0] ?? 0;
  if (data.length > 1 && data.every((value) => Object.is(value, first)))
    return `${name}.fill(${printElement(dtype, first)});`;
  if (data.length <= printedElements)
    return `${name}.set([${Array.from(data, (value) => printElement(dtype, value)).join(", ")}]);`;
  uses("decode");
  const bytes = dtypes[dtype].bytes === 1 ? name : `new Uint8Array(memory, ${name}.byteOffset, ${name}.byteLength)`;
  return `${bytes}.set(decode("${base64(data)}"));`;
};

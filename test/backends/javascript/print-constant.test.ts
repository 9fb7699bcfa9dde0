// Constants in the printed module: as short as they can be written, and read back exactly.
import { describe, expect, test } from "vitest";
import { instantiateJavaScript } from "../../../src/backends/javascript/instantiate-javascript.ts";
import { printJavaScript } from "../../../src/backends/javascript/print-javascript.ts";
import type { Buffer, PlannedProgram } from "../../../src/ir/loop/kernel.ts";
import { type DataArray, type DType, dtypes } from "../../../src/ir/types/dtype.ts";

const withConstant = (dtype: DType, data: DataArray): PlannedProgram => {
  const constant: Buffer = { name: "constant", dtype, length: data.length, role: "constant", data };
  const bytes = Math.ceil((16 + data.byteLength) / 65536) * 65536;
  return {
    name: "constants",
    buffers: new Map([["constant", constant]]),
    kernels: new Map(),
    parameters: [],
    entries: [],
    prepare: [],
    memory: {
      bytes,
      offsets: new Map([["constant", 16]]),
      constantBytes: bytes,
      parameterBytes: 0,
      preparedBytes: 0,
      arenaBytes: 0,
    },
  };
};

const hard: { readonly [D in DType]: readonly number[] } = {
  f32: [0, -0, 0.1, 1 / 3, 16777217, 3.4028234663852886e38, 1.401298464324817e-45, -1e-40, 1e21, Infinity, -Infinity],
  f64: [0, -0, 0.1, 1 / 3, Number.MAX_VALUE, 5e-324, 2 ** 53 + 2, 1e21, Infinity, -Infinity],
  i32: [0, -1, 2147483647, -2147483648],
  u8: [0, 1, 255],
  bool: [0, 1],
};

describe("constants", () => {
  const lengths = [1, 2, 20, 33, 5000];
  const dtypeLengths = Object.keys(hard).flatMap((dtype) => lengths.map((length) => [dtype as DType, length] as const));

  test.each(dtypeLengths)("%s[%d] is read back exactly", async (dtype, length) => {
    const data = dtypes[dtype].allocate(length);
    for (let at = 0; at < length; at++) data[at] = hard[dtype][at % hard[dtype].length] ?? 0;
    const { memory } = await instantiateJavaScript(withConstant(dtype, data));
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    expect(new Uint8Array(memory, 16, data.byteLength)).toEqual(new Uint8Array(bytes));
  });

  test("few numbers are written as short as they can be", () => {
    const data = Float32Array.of(0.1, -0, 16777216, 1e-45, Infinity, Number.NaN, 3e38);
    expect(printJavaScript(withConstant("f32", data))).toContain(
      "b0.set([0.1, -0, 16777216, 1e-45, Infinity, NaN, 3e+38]);",
    );
  });

  test("as many digits are written as tell an f32 from its neighbours", () => {
    const data = Float32Array.of(1.00000012, 0.333333343, 0.11713394522666931);
    const text = printJavaScript(withConstant("f32", data));
    expect(text).toContain("b0.set([1.0000001, 0.33333334, 0.117133945]);");
  });

  test("equal numbers are written once", () => {
    expect(printJavaScript(withConstant("f32", new Float32Array(9).fill(-0)))).toContain("b0.fill(-0);");
    expect(printJavaScript(withConstant("f32", new Float32Array(9).fill(7)))).toContain("b0.fill(7);");
  });

  test("one number is written as one", () => {
    expect(printJavaScript(withConstant("f32", Float32Array.of(-0)))).toContain("b0.set([-0]);");
  });

  test("thirty-two numbers are few", () => {
    const data = Int32Array.from({ length: 32 }, (_, at) => at);
    expect(printJavaScript(withConstant("i32", data))).toContain(`b0.set([${[...data].join(", ")}]);`);
  });

  test("many numbers are written as base64", () => {
    const data = Uint8Array.from({ length: 40 }, (_, at) => at);
    expect(printJavaScript(withConstant("u8", data))).toContain(
      'b0.set(decode("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJw=="));',
    );
  });

  test("external constants are left to the caller", () => {
    const text = printJavaScript(withConstant("f32", Float32Array.of(1, 2, 3)), { constants: "external" });
    expect(text).toContain("const b0 = new Float32Array(memory, 16, 3);\n  return {");
  });
});

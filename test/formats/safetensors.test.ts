// The safetensors format: what is written is read back, bit for bit; what is not exactly a file is refused with W401, never
// with another error, whatever bytes it consists of.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeSafetensors, encodeSafetensors, type StoredTensor, WeftError } from "../../src/index.ts";
import { type DType, dtypeNames, dtypes } from "../../src/ir/types/dtype.ts";
import { sizeOf } from "../../src/ir/types/ndarray.ts";
import { knownHostileNames } from "../../src/testing/arbitraries/hostile-names.ts";
import { safetensorsBytes } from "../support/safetensors-bytes.ts";

const name = fc.oneof(fc.constantFrom(...knownHostileNames), fc.string()).filter((text) => text !== "__metadata__");

/** A tensor of random bytes: NaNs with any payload, -0, everything. */
const tensor: fc.Arbitrary<StoredTensor> = fc
  .record({
    dtype: fc.constantFrom<DType>(...dtypeNames),
    shape: fc.array(fc.nat({ max: 4 }), { maxLength: 3 }),
    seed: fc.nat(),
  })
  .map(({ dtype, shape, seed }) => {
    const length = sizeOf(shape);
    const bytes = Uint8Array.from(
      { length: length * dtypes[dtype].bytes },
      (_, at) => Math.imul(at + seed, 2654435761) >>> 24,
    );
    return { dtype, shape, data: dtypes[dtype].view(bytes.buffer, 0, length) };
  });

const file = fc.array(fc.tuple(name, tensor), { maxLength: 5 }).map((entries) => Object.fromEntries(entries));

const bytesOf = ({ data }: StoredTensor): readonly number[] => [
  ...new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
];

const plain = (tensors: Readonly<Record<string, StoredTensor>>): readonly unknown[] =>
  Object.entries(tensors)
    .map(([key, each]) => [key, each.dtype, each.shape, bytesOf(each)] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));

/** "ok", or the code of the refusal; any other error is thrown on. */
const verdict = (bytes: Uint8Array): string => {
  try {
    decodeSafetensors(bytes);
    return "ok";
  } catch (error) {
    if (error instanceof WeftError) return error.code;
    throw error;
  }
};

const refusal = (bytes: unknown): string => {
  try {
    decodeSafetensors(bytes as Uint8Array, "f");
    return "read";
  } catch (error) {
    return error instanceof WeftError
      ? error.message.replace("W401: f: this is not a whole safetensors file: ", "")
      : String(error);
  }
};

describe("safetensors", () => {
  it("gives back what was stored", () => {
    fc.assert(
      fc.property(file, (tensors) => {
        const bytes = encodeSafetensors(tensors);
        expect(plain(decodeSafetensors(bytes))).toEqual(plain(tensors));
        // The same bytes at an odd place in a larger buffer.
        const larger = new Uint8Array(bytes.length + 3);
        larger.set(bytes, 3);
        expect(plain(decodeSafetensors(larger.subarray(3)))).toEqual(plain(tensors));
      }),
      { numRuns: 300 },
    );
  });

  it("is laid out as the format says", () => {
    const bytes = encodeSafetensors(
      {
        mask: { dtype: "bool", shape: [3], data: Uint8Array.of(1, 0, 1) },
        step: { dtype: "i32", shape: [], data: Int32Array.of(-2) },
        wide: { dtype: "f64", shape: [1], data: Float64Array.of(0.5) },
      },
      { made: "here" },
    );
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(length % 8).toBe(0);
    expect(JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)))).toEqual({
      __metadata__: { made: "here" },
      wide: { dtype: "F64", shape: [1], data_offsets: [0, 8] },
      step: { dtype: "I32", shape: [], data_offsets: [8, 12] },
      mask: { dtype: "BOOL", shape: [3], data_offsets: [12, 15] },
    });
    expect([...bytes.subarray(8 + length)]).toEqual([0, 0, 0, 0, 0, 0, 224, 63, 254, 255, 255, 255, 1, 0, 1]);
    expect(Object.keys(decodeSafetensors(bytes))).toEqual(["wide", "step", "mask"]);
  });

  it("copies: a tensor that was read does not change with the bytes it came from", () => {
    const bytes = encodeSafetensors({ x: { dtype: "u8", shape: [2], data: Uint8Array.of(1, 2) } });
    const { x } = decodeSafetensors(bytes);
    bytes.fill(0);
    expect([...(x?.data ?? [])]).toEqual([1, 2]);
  });

  const entry = (over: object): string =>
    JSON.stringify({ x: { dtype: "U8", shape: [2], data_offsets: [0, 2], ...over } });

  it.each([
    [undefined, "its bytes are undefined"],
    [new ArrayBuffer(16), "its bytes are an ArrayBuffer"],
    [new Uint8Array(7), "it has 7 bytes, fewer than the 8 of a header length"],
    [new Uint8Array(16).fill(255), "its header says 18446744073709552000 bytes, but 8 follow"],
    [safetensorsBytes("{}").subarray(0, 9), "its header says 2 bytes, but 1 follow"],
    [safetensorsBytes(""), "its header does not begin with {"],
    [safetensorsBytes(" {}"), "its header does not begin with {"],
    [safetensorsBytes("[]"), "its header does not begin with {"],
    [safetensorsBytes("{}", [1]), "its tensors take 0 bytes, but 1 are there"],
    [safetensorsBytes('{"x":1}'), 'tensor "x": its entry is not an object'],
    [safetensorsBytes('{"x":[]}'), 'tensor "x": its entry is not an object'],
    [
      safetensorsBytes(entry({ dtype: "BF16" }), [1, 2]),
      'tensor "x": its dtype is "BF16", not one of F32, F64, I32, U8, BOOL',
    ],
    [
      safetensorsBytes(entry({ dtype: { toString: 1 } }), [1, 2]),
      'tensor "x": its dtype is a record, not one of F32, F64, I32, U8, BOOL',
    ],
    [safetensorsBytes(entry({ shape: [-2] }), [1, 2]), 'tensor "x": its shape is not a list of whole numbers'],
    [safetensorsBytes(entry({ shape: [1.5] }), [1, 2]), 'tensor "x": its shape is not a list of whole numbers'],
    [safetensorsBytes(entry({ shape: { length: 1 } }), [1, 2]), 'tensor "x": its shape is not a list of whole numbers'],
    [safetensorsBytes(entry({ shape: [3] }), [1, 2]), 'tensor "x": U8 of shape [3] takes 3 bytes, but it has 2'],
    [safetensorsBytes(entry({ data_offsets: [0] }), [1, 2]), 'tensor "x": its data_offsets are not two whole numbers'],
    [
      safetensorsBytes(entry({ data_offsets: [2, 0] }), [1, 2]),
      'tensor "x": U8 of shape [2] takes 2 bytes, but it has -2',
    ],
    [
      safetensorsBytes(entry({ data_offsets: [1, 3] }), [1, 2, 3]),
      'tensor "x" begins at byte 1 of the data, expected 0',
    ],
    [safetensorsBytes(entry({}), [1]), "its tensors take 2 bytes, but 1 are there"],
    [
      safetensorsBytes(
        '{"x":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"y":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}',
        [1, 2, 3],
      ),
      'tensor "y" begins at byte 1 of the data, expected 2',
    ],
  ])("refuses %#", (bytes, why) => expect(refusal(bytes)).toBe(why));

  it("refuses a header that is not UTF-8 or not JSON", () => {
    const broken = safetensorsBytes('{"x":1}');
    broken[10] = 0xff;
    expect(refusal(broken)).toMatch(/^its header is not JSON: /);
    expect(refusal(safetensorsBytes("{x}"))).toMatch(/^its header is not JSON: /);
    expect(refusal(safetensorsBytes(`{"x":${"[".repeat(1e5)}`))).toMatch(/^its header is not JSON: /);
  });

  it("reads or refuses, but never stumbles, whatever is done to a file", () => {
    const mutation = fc.oneof(
      fc.record({ kind: fc.constant("cut" as const), at: fc.nat() }),
      fc.record({ kind: fc.constant("flip" as const), at: fc.nat(), bit: fc.nat({ max: 7 }) }),
      fc.record({ kind: fc.constant("write" as const), at: fc.nat(), bytes: fc.uint8Array({ maxLength: 8 }) }),
      fc.record({ kind: fc.constant("add" as const), bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }) }),
    );
    const verdicts = new Map<string, number>();
    fc.assert(
      fc.property(file, fc.array(mutation, { minLength: 1, maxLength: 3 }), (tensors, mutations) => {
        let bytes: Uint8Array = encodeSafetensors(tensors);
        for (const each of mutations) {
          if (each.kind === "add") bytes = Uint8Array.of(...bytes, ...each.bytes);
          else if (bytes.length === 0) continue;
          else if (each.kind === "cut") bytes = bytes.slice(0, each.at % bytes.length);
          else if (each.kind === "flip") {
            const at = each.at % bytes.length;
            bytes[at] = (bytes[at] ?? 0) ^ (1 << each.bit);
          } else bytes.set(each.bytes.subarray(0, bytes.length - (each.at % bytes.length)), each.at % bytes.length);
        }
        const result = verdict(bytes);
        verdicts.set(result, (verdicts.get(result) ?? 0) + 1);
      }),
      { numRuns: 4000 },
    );
    expect([...verdicts.keys()].toSorted()).toEqual(["W401", "ok"]);
  });

  it("reads or refuses any JSON in the place of a header", () => {
    const offsets = fc.oneof(fc.tuple(fc.nat({ max: 4 }), fc.nat({ max: 4 })), fc.jsonValue());
    const shape = fc.oneof(fc.array(fc.nat({ max: 3 })), fc.jsonValue());
    const header = fc.dictionary(
      name,
      fc.oneof(
        fc.record({ dtype: fc.oneof(fc.constantFrom("U8", "F32"), fc.jsonValue()), shape, data_offsets: offsets }),
        fc.jsonValue(),
      ),
    );
    fc.assert(
      fc.property(header, fc.array(fc.nat({ max: 255 }), { maxLength: 8 }), (entries, data) => {
        expect(["ok", "W401"]).toContain(verdict(safetensorsBytes(JSON.stringify(entries), data)));
      }),
      { numRuns: 1000 },
    );
  });
});

// What may happen to a file: bits that flip, an end that is missing, parts that stand twice or elsewhere, lengths that lie. Accidents are
// data: the test kit draws and shrinks them with fast-check, attacks on the readers draw them from a seed.

/** One accident. Places are shares of the length, so that an accident can happen to any file. */
export interface Accident {
  readonly kind: "flip" | "set" | "truncate" | "remove" | "repeat" | "splice" | "insert" | "length32" | "length64";
  readonly at: number;
  readonly span: number;
  readonly value: number;
}

/** All that may happen. */
export const accidentKinds: readonly Accident["kind"][] = [
  "flip",
  "set",
  "truncate",
  "remove",
  "repeat",
  "splice",
  "insert",
  "length32",
  "length64",
];

/** Lengths that a reader should not believe. */
const lengths: readonly number[] = [0, 1, 7, 0x7fffffff, 0x80000000, 0xffffffff, 2 ** 53 - 1, 2 ** 53, 2 ** 63];

/** Pieces, one after the other. */
export const joined = (...parts: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

const patched = (bytes: Uint8Array, at: number, patch: Uint8Array): Uint8Array =>
  joined(
    bytes.subarray(0, at),
    patch.subarray(0, bytes.length - at),
    bytes.subarray(Math.min(bytes.length, at + patch.length)),
  );

const lengthBytes = (value: number, size: 4 | 8): Uint8Array => {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, BigInt(lengths[value % lengths.length] ?? 0), true);
  return new Uint8Array(view.buffer, 0, size);
};

/** The bytes after an accident. */
export const happenToBytes = (bytes: Uint8Array, { kind, at, span, value }: Accident): Uint8Array => {
  const start = Math.floor(at * bytes.length);
  const [head, part, tail] = [
    bytes.subarray(0, start),
    bytes.subarray(start, start + span),
    bytes.subarray(start + span),
  ];
  switch (kind) {
    case "flip":
      return patched(bytes, start, Uint8Array.of((bytes[start] ?? 0) ^ (1 << (value % 8))));
    case "set":
      return patched(bytes, start, Uint8Array.of(value));
    case "truncate":
      return head;
    case "remove":
      return joined(head, tail);
    case "repeat":
      return joined(head, part, part, tail);
    case "splice":
      return joined(tail, part, head);
    case "insert":
      return joined(head, new Uint8Array(span).fill(value), bytes.subarray(start));
    case "length32":
      return patched(bytes, start, lengthBytes(value, 4));
    case "length64":
      // Files begin with lengths, so that is where most lies are told.
      return patched(bytes, value % 2 === 0 ? 0 : start, lengthBytes(value >> 1, 8));
  }
};

/** Signs that texts of ours, JSON and JavaScript give a meaning to. */
const signs = "{}[]()<>=:,;.%@\"'`\\/*-+eE0123456789 \n\t\0\u2028\ud800";

/** The text after an accident, to its code units. */
export const happenToText = (text: string, { kind, at, span, value }: Accident): string => {
  const start = Math.floor(at * text.length);
  const [head, part, tail] = [text.slice(0, start), text.slice(start, start + span), text.slice(start + span)];
  const sign = signs[value % signs.length] ?? "";
  switch (kind) {
    case "flip":
    case "set":
      return head + sign + text.slice(start + 1);
    case "truncate":
      return head;
    case "remove":
      return head + tail;
    case "repeat":
      return head + part + part + tail;
    case "splice":
      return tail + part + head;
    case "insert":
      return head + sign.repeat(span) + text.slice(start);
    case "length32":
    case "length64":
      return text.replace(/\d+/, () => String(lengths[value % lengths.length] ?? 0));
  }
};

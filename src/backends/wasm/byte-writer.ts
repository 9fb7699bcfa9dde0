// A byte array that grows while it is written, with the number formats of WebAssembly's binary form.

/** Appends to a growing byte array. */
export interface ByteWriter {
  readonly byte: (value: number) => void;
  readonly bytes: (values: Uint8Array) => void;
  /** LEB128 of a whole number from 0 to 2^32 - 1. */
  readonly unsigned: (value: number) => void;
  /** Signed LEB128 of an i32. */
  readonly signed: (value: number) => void;
  readonly f32: (value: number) => void;
  readonly f64: (value: number) => void;
  /** What has been written, as a view that the next write may overwrite. */
  readonly view: () => Uint8Array<ArrayBuffer>;
  readonly clear: () => void;
}

const canonicalNaN32 = 0x7fc00000;
const canonicalNaN64High = 0x7ff80000;
const textEncoder = new TextEncoder();

export const byteWriter = (capacity = 256): ByteWriter => {
  let buffer = new Uint8Array(capacity);
  let data = new DataView(buffer.buffer);
  let length = 0;

  const reserve = (count: number): void => {
    if (length + count <= buffer.length) return;
    const larger = new Uint8Array(Math.max(buffer.length * 2, length + count));
    larger.set(buffer.subarray(0, length));
    buffer = larger;
    data = new DataView(buffer.buffer);
  };
  const byte = (value: number): void => {
    if (length === buffer.length) reserve(1);
    buffer[length++] = value;
  };
  const bytes = (values: Uint8Array): void => {
    reserve(values.length);
    buffer.set(values, length);
    length += values.length;
  };
  const unsigned = (value: number): void => {
    let rest = value >>> 0;
    while (rest >= 0x80) {
      byte((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    byte(rest);
  };
  const signed = (value: number): void => {
    let rest = value | 0;
    while (rest < -0x40 || rest >= 0x40) {
      byte((rest & 0x7f) | 0x80);
      rest >>= 7;
    }
    byte(rest & 0x7f);
  };
  const f32 = (value: number): void => {
    reserve(4);
    if (Number.isNaN(value)) data.setUint32(length, canonicalNaN32, true);
    else data.setFloat32(length, value, true);
    length += 4;
  };
  const f64 = (value: number): void => {
    reserve(8);
    if (Number.isNaN(value)) {
      data.setUint32(length, 0, true);
      data.setUint32(length + 4, canonicalNaN64High, true);
    } else data.setFloat64(length, value, true);
    length += 8;
  };
  const clear = (): void => {
    length = 0;
  };
  return { byte, bytes, unsigned, signed, f32, f64, view: () => buffer.subarray(0, length), clear };
};

/** Length and UTF-8 bytes. */
export const writeText = (out: ByteWriter, value: string): void => {
  const encoded = textEncoder.encode(value);
  out.unsigned(encoded.length);
  out.bytes(encoded);
};

/** Length and bytes of what another writer holds, which is then emptied. */
export const writeContent = (out: ByteWriter, content: ByteWriter): void => {
  const bytes = content.view();
  out.unsigned(bytes.length);
  out.bytes(bytes);
  content.clear();
};

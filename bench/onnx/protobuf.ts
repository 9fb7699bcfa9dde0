// Protocol buffers, as much of them as an ONNX model needs: fields that are whole numbers, floats, texts, bytes and messages
// (https://protobuf.dev/programming-guides/encoding).

/** The bytes of one field. */
export type Field = Uint8Array;

const varint = (value: number): readonly number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];

const wire = { varint: 0, bytes: 2, fixed32: 5 } as const;

const tag = (field: number, type: keyof typeof wire): readonly number[] => varint(field * 8 + wire[type]);

/** A message: its fields, one after the other. */
export const message = (fields: readonly Field[]): Uint8Array => {
  const bytes = new Uint8Array(fields.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const field of fields) {
    bytes.set(field, at);
    at += field.length;
  }
  return bytes;
};

/** A whole number that is not negative. */
export const integer = (field: number, value: number): Field =>
  Uint8Array.from([...tag(field, "varint"), ...varint(value)]);

export const float = (field: number, value: number): Field =>
  message([Uint8Array.from(tag(field, "fixed32")), new Uint8Array(Float32Array.of(value).buffer)]);

export const bytes = (field: number, value: Uint8Array): Field =>
  message([Uint8Array.from([...tag(field, "bytes"), ...varint(value.length)]), value]);

export const text = (field: number, value: string): Field => bytes(field, new TextEncoder().encode(value));

export const nested = (field: number, fields: readonly Field[]): Field => bytes(field, message(fields));

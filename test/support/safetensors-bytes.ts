// A safetensors file made of a header as text, right or wrong, and data behind it.

/** The length of the header in eight bytes, the header, the data. */
export const safetensorsBytes = (header: string, data: ArrayLike<number> = []): Uint8Array => {
  const json = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
};

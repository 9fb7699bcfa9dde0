// Bytes as base64 and back, in plain JavaScript: the same in every engine, and without a string per chunk that the
// built-in functions over "binary strings" would need.

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const digits: ReadonlyMap<string, number> = new Map(alphabet.split("").map((letter, digit) => [letter, digit]));

/** Three bytes become four letters; `=` fills up the last four. */
export const encodeBase64 = (bytes: Uint8Array): string => {
  const letters: string[] = [];
  const letter = (group: number, shift: number): string => alphabet[(group >> shift) & 63] ?? "";
  for (let start = 0; start < bytes.length; start += 3) {
    const count = Math.min(3, bytes.length - start);
    const group = ((bytes[start] ?? 0) << 16) | ((bytes[start + 1] ?? 0) << 8) | (bytes[start + 2] ?? 0);
    letters.push(
      letter(group, 18) +
        letter(group, 12) +
        (count > 1 ? letter(group, 6) : "=") +
        (count > 2 ? letter(group, 0) : "="),
    );
  }
  return letters.join("");
};

/** The bytes, or undefined where the text is not exactly what `encodeBase64` writes. */
export const decodeBase64 = (text: string): Uint8Array<ArrayBuffer> | undefined => {
  if (text.length % 4 !== 0) return undefined;
  const filling = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  const bytes = new Uint8Array((text.length / 4) * 3 - filling);
  const significant = text.length - filling;
  let group = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = at < significant ? digits.get(text[at] ?? "") : 0;
    if (digit === undefined) return undefined;
    group = (group << 6) | digit;
    if (at % 4 !== 3) continue;
    const start = ((at - 3) / 4) * 3;
    for (let byte = 0; byte < 3; byte++) {
      const value = (group >> (16 - 8 * byte)) & 255;
      if (start + byte < bytes.length) bytes[start + byte] = value;
      else if (value !== 0) return undefined;
    }
    group = 0;
  }
  return bytes;
};

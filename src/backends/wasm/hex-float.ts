// Floating-point constants as WebAssembly text that an assembler reads back to the same bits.

const fractionDigits = 13;

/** The digits of a finite nonzero double: `0x1.8p+1`. */
const hexDigits = (value: number): string => {
  const bits = new DataView(new ArrayBuffer(8));
  bits.setFloat64(0, value);
  const exponent = (bits.getUint32(0) >>> 20) & 0x7ff;
  const fraction = (bits.getBigUint64(0) & 0xfffffffffffffn)
    .toString(16)
    .padStart(fractionDigits, "0")
    .replace(/0+$/, "");
  const leading = exponent === 0 ? 0 : 1;
  const power = exponent === 0 ? -1022 : exponent - 1023;
  return `0x${leading}${fraction === "" ? "" : `.${fraction}`}p${power < 0 ? "" : "+"}${power}`;
};

/** Small whole numbers stay decimal, everything else is hexadecimal and exact; NaN is the canonical one. */
export const printFloat = (value: number): string => {
  if (Number.isNaN(value)) return "nan";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const size = Math.abs(value);
  if (size === Number.POSITIVE_INFINITY) return `${sign}inf`;
  if (Number.isInteger(size) && size < 1e6) return `${sign}${size}`;
  return `${sign}${hexDigits(size)}`;
};

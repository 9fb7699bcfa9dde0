// Mistakes of what is written: JavaScript, WebAssembly's bytes, graphs as text and back.
import type { Mutant } from "../mutant.ts";

const text = "src/backends/javascript/text.ts";
const expression = "src/backends/javascript/print-expression.ts";
const bytes = "src/backends/wasm/byte-writer.ts";
const operators = "src/backends/wasm/operators.ts";
const node = "src/ir/graph/print-node.ts";

export const writingMutants: readonly Mutant[] = [
  {
    name: "javascript-parenthesis",
    says: "the right operand of an operator of its own level stands without parentheses: a - (b - c)",
    file: text,
    find: "${sign} ${within(right, at + 1)}`,",
    put: "${sign} ${within(right, at)}`,",
  },
  {
    name: "javascript-negative-zero",
    says: "-0 is printed as 0",
    file: text,
    find: '  const text = Object.is(value, -0) ? "-0" : String(value);',
    put: "  const text = String(value);",
  },
  {
    name: "javascript-not-rounded",
    says: "a product of f32 is not rounded before it is used",
    file: expression,
    find: '  return scalar === "f32" && fn !== "min" && fn !== "max" ? fround(result) : result;',
    put: '  return scalar === "f32" && fn !== "min" && fn !== "max" && fn !== "mul" ? fround(result) : result;',
  },
  {
    name: "javascript-lane-order",
    says: "the lanes of a vector are joined one after the other, not in pairs",
    file: expression,
    find: "  return join(join(a, b), join(c, d));",
    put: "  return join(join(join(a, b), c), d);",
  },
  {
    name: "javascript-wrap",
    says: "sums of whole numbers do not wrap",
    file: "src/backends/javascript/print-binary.ts",
    find: "      return fitsInteger({ low: a.low + b.low, high: a.high + b.high }) ? sum : wrap(sum);",
    put: "      return fitsInteger({ low: a.low + b.low, high: 0 }) ? sum : wrap(sum);",
  },
  {
    name: "javascript-short-constant",
    says: "elements of f32 constants are printed with six digits",
    file: "src/backends/javascript/print-constant.ts",
    find: "      if (Math.fround(short) === value) return number(short).text;",
    put: "      if (Math.fround(short) === value || digits === 6) return number(short).text;",
  },
  {
    name: "javascript-comparison",
    says: "what is not less is taken for at least, NaN or not",
    file: expression,
    find: '  ge: [">=", level.relational],',
    put: '  ge: [">", level.relational],',
  },
  {
    name: "wasm-leb-edge",
    says: "signed numbers from 64 to 127 are written in one byte",
    file: bytes,
    find: "    while (rest < -0x40 || rest >= 0x40) {",
    put: "    while (rest < -0x40 || rest >= 0x80) {",
  },
  {
    name: "wasm-leb-large",
    says: "unsigned numbers lose their top bit",
    file: bytes,
    find: "    let rest = value >>> 0;",
    put: "    let rest = value & 0xffff;",
  },
  {
    name: "wasm-opcode",
    says: "shifts to the right do not copy the sign",
    file: operators,
    find: '    shr: "i32.shr_s",',
    put: '    shr: "i32.shr_u",',
  },
  {
    name: "wasm-vector-opcode",
    says: "the smaller of whole numbers is taken without signs in lanes",
    file: operators,
    find: '    min: "i32x4.min_s",',
    put: '    min: "i32x4.min_u",',
  },
  {
    name: "wasm-nan",
    says: "NaN is written as an infinity",
    file: bytes,
    find: "const canonicalNaN32 = 0x7fc00000;",
    put: "const canonicalNaN32 = 0x7f800000;",
  },
  {
    name: "wasm-forwarded-value",
    says: "a value is put where it is read although what it loads has been stored in between",
    file: "src/backends/wasm/forward-values.ts",
    find: "  !(value.loads && passed.stores);",
    put: "  !(value.loads && passed.stores && passed.loads);",
  },
  {
    name: "wasm-shared-local",
    says: "a local is given to another value while it is still read in a loop",
    file: "src/backends/wasm/share-locals.ts",
    find: "    const free = known.find((each) => each.last < first);",
    put: "    const free = known.find((each) => each.last <= first);",
  },
  {
    name: "closure-chunk-end",
    says: "what is left of a loop in chunks is one iteration short",
    file: "src/backends/closure/chunked-loop.ts",
    find: "      left -= extent.count;",
    put: "      left -= largest + 1;",
  },
  {
    name: "closure-min",
    says: "the smaller of two is the first one where they are equal, -0 or not",
    file: "src/backends/closure/rows/float32.ts",
    find: "out[o + k] = Math.min(a[i + (k & p)] ?? 0, b[j + (k & q)] ?? 0);",
    put: "out[o + k] = (b[j + (k & q)] ?? 0) < (a[i + (k & p)] ?? 0) ? (b[j + (k & q)] ?? 0) : (a[i + (k & p)] ?? 0);",
  },
  {
    name: "text-negative-zero",
    says: "-0 is written as 0",
    file: node,
    find: '  return Object.is(value, -0) ? "-0" : String(value);',
    put: "  return String(value);",
  },
  {
    name: "text-infinity",
    says: "minus infinity is written as infinity",
    file: node,
    find: '  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";',
    put: '  if (!Number.isFinite(value)) return "inf";',
  },
  {
    name: "text-flag",
    says: "the flag keepDims is not written",
    file: node,
    find: '    if (kind === "boolean" && typeof value === "boolean") return value ? [name] : [];',
    put: '    if (kind === "boolean" && typeof value === "boolean") return value && name !== "keepDims" ? [name] : [];',
  },
  {
    name: "text-negative-number",
    says: "of a negative number with an exponent the sign is lost",
    file: "src/ir/text/attributes.ts",
    find: '  numberPattern.test(text) ? Number(text.replace("inf", "Infinity").replace("nan", "NaN")) : undefined;',
    put: '  numberPattern.test(text) ? Number(text.replace(/^-(?=.*e)/, "").replace("inf", "Infinity").replace("nan", "NaN")) : undefined;',
  },
  {
    name: "text-list-sign",
    says: "lists are read without their last item where that repeats the one before",
    file: "src/ir/text/attributes.ts",
    find: '  if (kind === "dims") return items.map(readDim);',
    put: '  if (kind === "dims") return items.map(readDim).map((dim) => (dim === 0 ? 1 : dim));',
  },
];

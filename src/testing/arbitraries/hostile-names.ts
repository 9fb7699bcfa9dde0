// Names that break what puts them where code, paths, tables or texts are made of names. They are data and must stay data.
import fc from "fast-check";

/** Names by what they break. */
const hostile: Readonly<Record<string, readonly string[]>> = {
  // What has broken most readers and printers: where few names are taken, these are.
  first: [
    "",
    "__proto__",
    "constructor",
    "0",
    "%0",
    'a"b',
    "a\\",
    "line\nbreak",
    "} graph @x() {",
    "// no comment",
    "\u2028",
  ],
  words: [
    "class",
    "default",
    "await",
    "arguments",
    "eval",
    "null",
    "NaN",
    "func",
    "memory",
    "local.get",
    "function",
    "yield",
  ],
  ours: [
    "main",
    "entry",
    "entry0",
    "prepare",
    "table",
    "parameters",
    "load",
    "create",
    "step",
    "graph",
    "W101",
    "loc(",
  ],
  members: ["prototype", "toString", "valueOf", "hasOwnProperty", "then", "length", "name", "__defineGetter__"],
  javascript: [
    '"',
    "'",
    "`",
    "\\",
    "\\u0041",
    "${1}",
    "${",
    "$`${x}`",
    "${process.exit(9)}",
    "*/",
    "//",
    "*/ throw 1 /*",
  ],
  ends: ['"); (', '");throw new Error("out");("', "\u2028throw 1", "undefined"],
  markup: ["<!--", "-->", "</script>", "</script><script>alert(1)</script>", "]]>", "{{x}}", "%s%n"],
  webAssembly: ['")', ")", "(;", ";)", ";;", "(module)", '") (func $x)'],
  text: ["@main", "{", "}", "= ", ": f32[2]", "updates(", "graph @x() {"],
  controls: ["\n", "\r\n", "\t", "\0", "\u2029", "\u0085", "\u007f", "\ufeff", "\u202e"],
  pairs: ["\ud800", "\udc00", "\udc00x", "\ud83d\ude00"],
  // One letter to whoever compares them by eye.
  lookalikes: ["e\u0301", "\u00e9", "\u0130", "\u01c5", "a\u200bb", "\u0430"],
  paths: ["..", "../x", "../../etc/passwd", "/", "C:\\x", "con", ".", "a.b", "a..b", ".a"],
  numbers: ["-1", "1e9", "007"],
  blanks: [" ", " a ", "x y"],
};

/** All that are known, each once; those first that break most. */
export const knownHostileNames: readonly string[] = Object.freeze(Object.values(hostile).flat());

/** Texts of any code units: halves of pairs among them. */
const units = (): fc.Arbitrary<string> =>
  fc.array(fc.nat(0xffff), { maxLength: 12 }).map((codes) => String.fromCharCode(...codes));

/**
 * Random hostile names, such as `__proto__`, quotes and line breaks: known ones, two of them joined, very long ones,
 * and texts of anything.
 *
 * @example
 * import fc from "fast-check";
 * const named = (name: string) => ({ [name]: { dtype: "i32", shape: [], data: Int32Array.of(1) } }) as const;
 * const isKept = (name: string) => Object.hasOwn(decodeSafetensors(encodeSafetensors(named(name))), name);
 * fc.assert(fc.property(hostileNames(), (name) => name === "__metadata__" || isKept(name)), { numRuns: 20 }); // undefined
 */
export const hostileNames = (): fc.Arbitrary<string> => {
  const known = fc.constantFrom(...knownHostileNames);
  return fc.oneof(
    { weight: 6, arbitrary: known },
    { weight: 2, arbitrary: fc.tuple(known, known).map((pair) => pair.join("")) },
    {
      weight: 1,
      arbitrary: fc.tuple(known, fc.constantFrom(300, 70_000)).map(([name, times]) => `${name}a`.repeat(times)),
    },
    { weight: 2, arbitrary: units() },
  );
};

// Names that break what puts them where code, paths, tables or texts are made of names. They are data and must stay data.
import fc from "fast-check";

/** Names by what they break. */
const hostile: Readonly<Record<string, readonly string[]>> = {
  words: ["class", "default", "await", "arguments", "eval", "null", "NaN", "func", "memory", "local.get"],
  members: [
    "__proto__",
    "constructor",
    "prototype",
    "toString",
    "hasOwnProperty",
    "then",
    "length",
    "name",
    "__defineGetter__",
  ],
  javascript: ['"', "'", "`", "\\", "\\u0041", "${1}", "${", "*/", "//", '"); ('],
  markup: ["<!--", "-->", "</script>", "]]>"],
  webAssembly: ['")', ")", "(;", ";)", ";;"],
  text: ["%0", "@main", "{", "}", "= ", ": f32[2]", "updates(", "graph @x() {", "entry"],
  controls: ["\n", "\r\n", "\t", "\0", "\u2028", "\u2029", "\u0085", "\u007f", "\ufeff", "\u202e"],
  pairs: ["\ud800", "\udc00", "\ud83d\ude00"],
  // One letter to whoever compares them by eye.
  lookalikes: ["e\u0301", "\u00e9", "\u0130", "\u01c5", "a\u200bb", "\u0430"],
  paths: ["..", "../x", "/", "C:\\x", "con", ".", "a.b", "a..b", ".a"],
  numbers: ["0", "-1", "1e9", "007"],
  blanks: [" ", " a ", ""],
};

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
  const known = fc.constantFrom(...Object.values(hostile).flat());
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

// Names that break what puts them where code, paths, tables or texts are made of names. They are data and must stay data.
import fc from "fast-check";

/** Each breaks something that names are put into. */
const hostile: readonly string[] = [
  // Words of JavaScript and of WebAssembly's text.
  ...["class", "default", "await", "arguments", "eval", "null", "NaN", "func", "memory", "local.get"],
  // Members of every object, and of functions and promises.
  ...[
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
  // Ends of strings, templates, comments, expressions and tags.
  ...[
    '"',
    "'",
    "`",
    "\\",
    "\\u0041",
    "${1}",
    "${",
    "*/",
    "//",
    "<!--",
    "-->",
    "</script>",
    "]]>",
    '"); (',
    '")',
    "(;",
    ";)",
    ";;",
  ],
  // The text form's own signs.
  ...["%0", "@main", "{", "}", "= ", ": f32[2]", "updates(", "graph @x() {", "entry"],
  // Lines, controls and characters that are no character.
  ...[
    "\n",
    "\r\n",
    "\t",
    "\0",
    "\u2028",
    "\u2029",
    "\u0085",
    "\u007f",
    "\ufeff",
    "\ud800",
    "\udc00",
    "\ud83d\ude00",
    "\u202e",
  ],
  // Letters that are one letter only to those who compare them by eye.
  ...["e\u0301", "\u00e9", "\u0130", "\u01c5", "a\u200bb", "\u0430"],
  // Paths and numbers.
  ...["..", "../x", "/", "C:\\x", "con", ".", "a.b", "a..b", ".a", "0", "-1", "1e9", "007", " ", " a ", ""],
];

/** Texts of any code units: halves of pairs among them. */
const units = (): fc.Arbitrary<string> =>
  fc.array(fc.nat(0xffff), { maxLength: 12 }).map((codes) => String.fromCharCode(...codes));

/** Random hostile names: known ones, two of them joined, very long ones, and texts of anything. */
export const hostileNames = (): fc.Arbitrary<string> => {
  const known = fc.constantFrom(...hostile);
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

// What users are told: which codes have no test that shows the whole text, and which texts lack the user's line, where the
// operands come from, or a way to mend it. All of these lists are empty, but for what has a reason here.
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type Code, catalogue, isCode } from "../../src/ir/diagnostics/catalogue.ts";
import { sentenceForm } from "../../src/ir/diagnostics/sentence-form.ts";

const codes = Object.keys(catalogue).filter(isCode);

const sources = ["../errors/", "../cli/", "../backends/threads/"].flatMap((folder) => {
  const address = new URL(folder, import.meta.url);
  const files = readdirSync(address).filter((name) => name.endsWith(".test.ts"));
  return files.map((name) => readFileSync(new URL(name, address), "utf8"));
});

/** The whole texts that tests expect of a code: from the sentence to the help. */
const textsOf = (code: Code): readonly string[] =>
  sources.flatMap((source) =>
    Array.from(source.matchAll(/error\[(W\d{3})\]:(?:(?!error\[)[\s\S])*?\bhelp: \S[^\n]*/g))
      .filter(([, found]) => found === code)
      .map(([text]) => text),
  );

/** Codes that are of no line of a user's, and what their texts name instead. */
const elsewhere: Readonly<Partial<Record<Code, RegExp>>> = {
  W127: /named "csee" in this pipeline: /,
  W601: /no command "\w+"/,
  W602: /no option --?\w+/,
  W603: /weft check: MODEL /,
  W604: /arguments: "b\.ts"/,
  W605: /--\w+: expected /,
  W606: /--\w+ and --\w+ /,
  W610: /: \S+\.ts: /,
  W611: /: package\.json: /,
  W614: /it exports \S+/,
  W615: /: \S+\.\w+: /,
  W616: /: \S+\.\w+: /,
  W620: /: lookup: B /,
  W621: /dimension "\w+"/,
  W622: /: \w+: no value for \w+: /,
  W623: /: FOLDER\/gain\.json: /,
  W624: /kernel "\w+"/,
  W625: /scalar function "\w+"/,
  W626: /: --\w+ cannot be printed after \w+/,
  W630: /: entry main, y: f32\[3\]: element 0 /,
  W631: /: entry main, y: f32\[3\]: element 1 /,
};

/** Codes of shapes that are refused before there is a tensor, or point at the operand itself. */
const withoutOperands: Readonly<Partial<Record<Code, string>>> = {
  W219: "no operand is the mistake",
  W262: "points at the tensor's own op within the body",
  W261: "a function is defined, and has no operands yet",
  W263: "a function is defined, and has no operands yet",
  W276: "points at the parameter that may not be there",
  W278: "a layer is made, and has no operands yet",
  W284: "a layer is made, and has no operands yet",
  W288: "points at the op within the score",
  W292: "what is given is no tensor",
  W293: "points at the definition, and names the call",
  W294: "points at the definition, and names the call",
  W295: "points at the definition, and names the call",
};

test("every code has a test that shows the whole text", () => {
  expect(codes.filter((code) => textsOf(code).length === 0)).toEqual([]);
});

test("texts have the user's line with a mark under it, or say where else to look", () => {
  const hasMark = (text: string): boolean => /\|.*\n.*\|\s+\^/.test(text);
  const lack = (code: Code): boolean =>
    !textsOf(code).some((text) => hasMark(text) || elsewhere[code]?.test(text) === true);
  expect(codes.filter(lack)).toEqual([]);
});

/** A tensor with its type and where it comes from. */
const origin = /^ +\w[\w ]* {2,}(?:f32|f64|i32|u8|bool)\[.* from \S/m;

test("texts of shapes say where their operands come from", () => {
  const shapes = codes.filter((code) => code.startsWith("W2") && withoutOperands[code] === undefined);
  const lack = (code: Code): boolean => !textsOf(code).some((text) => origin.test(text));
  expect(shapes.filter(lack)).toEqual([]);
});

test("no text says that something is wrong without saying what was expected", () => {
  const bare = /\b(?:invalid|illegal|unexpected|bad|wrong)\b/i;
  // What a parser of JavaScript says is passed on.
  const passedOn: readonly Code[] = ["W612"];
  const own = codes.filter((code) => !passedOn.includes(code));
  const all = own.flatMap((code) => textsOf(code).map((text) => ({ code, sentence: text.split("\n")[0] ?? "" })));
  expect(all.filter(({ sentence }) => bare.test(sentence))).toEqual([]);
});

/** Codes of what happens, for which nothing was written wrongly. */
const ofWhatHappens: readonly Code[] = [
  "W134",
  "W316",
  "W401",
  "W402",
  "W403",
  "W407",
  "W408",
  "W502",
  "W516",
  "W517",
  "W630",
  "W631",
];

test("every code has an example of what is right and what is wrong, and a sentence with its blanks", () => {
  const both = /\bnot\b|\bwrong\b/;
  const lack = codes.filter((code) => !ofWhatHappens.includes(code) && !both.test(catalogue[code].example));
  expect(lack).toEqual([]);
  const forms = codes.map((code) => [code, sentenceForm(code)] as const);
  expect(forms.filter(([, form]) => /undefined|NaN|\[object|\(\)/.test(form) || /\s$/.test(form))).toEqual([]);
  // A sentence that says nothing of the case is one of a code that has no values.
  const fixed = forms.filter(([, form]) => !/\{\w+\}/.test(form)).map(([code]) => code);
  expect(fixed).toEqual(["W130", "W273", "W276", "W312", "W506"]);
});

// One sentence for each mistake: what the type checker and the run time both say stands in one table, and nowhere else.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, test } from "vitest";
import { sentences } from "../../src/ir/types/sentences.ts";

const source = join(import.meta.dirname, "../../src");

/** The sources by path, those of a folder or all. */
const filesOf = (folder = ""): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(join(source, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => join(folder, name))
      .map((name) => [name, readFileSync(join(source, name), "utf8")]),
  );

/** Those in which shape rules are written: they are about the aliases of the static folder, or there themselves. */
const rules = [...filesOf()].filter(
  ([name, text]) => name.includes("types/static/") || /static\/[\w-]+\.ts"/.test(text),
);

/** What a rule fills into the blanks of a sentence, though it is three words long. */
const blanks = ["heads of keys", "?: ?"];

/** Whether text reads as a sentence: something is said of something, or three words follow each other. */
const isSentence = (text: string): boolean =>
  !blanks.includes(text) && (/: /.test(text) || /[a-z]+ [a-z]+ [a-z]+/.test(text));

/** The texts that stand in types, their blanks as `?`. */
const textsInTypes = (name: string, text: string): readonly string[] => {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTemplateLiteralTypeNode(node))
      found.push([node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join("?"));
    if (ts.isLiteralTypeNode(node) && ts.isStringLiteralLike(node.literal)) found.push(node.literal.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(name, text, ts.ScriptTarget.Latest));
  return found;
};

test("a sentence in a type is seen", () => {
  const planted =
    "type A<Op extends string> = `${Op}: no operands`; type B = 'the weight must fit'; type C = '[a, b]';";
  expect(textsInTypes("planted.ts", planted).filter(isSentence)).toEqual(["?: no operands", "the weight must fit"]);
});

test("no rule writes a sentence of its own", () => {
  const own = rules.flatMap(([name, text]) =>
    textsInTypes(name, text)
      .filter(isSentence)
      .map((found) => [name, found]),
  );
  expect(rules.length).toBeGreaterThan(30);
  expect(own).toEqual([]);
});

const codes = Object.keys(sentences).sort();

test("rules say every sentence", () => {
  const said = rules.flatMap(([, text]) => [...text.matchAll(/\bSentence<\s*"(W\d+)"/g)].map(([, code]) => code));
  expect(new Set(said)).toEqual(new Set(codes));
});

test("the catalogue says every sentence, each under its own code", () => {
  const rows = [...filesOf("ir/diagnostics/catalogue").values()].flatMap((text) =>
    text.split(/^ {2}(?=W\d+: entry\()/m),
  );
  const said = rows.flatMap((row) =>
    [...row.matchAll(/\bsentence\("(W\d+)"/g)].map(([, code]) => `${row.slice(0, 4)} ${code}`),
  );
  expect(said.sort()).toEqual(codes.map((code) => `${code} ${code}`));
});

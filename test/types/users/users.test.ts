// The package as its users see it in an editor: GPT-2 and ResNet-18, each with layers and with functions, read without an error and
// with every shape known; and each mistake in them is one error of one line at the place of the mistake. For TypeScript 5.9, 6 and 7.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import typescript6 from "typescript";
import typescript5 from "typescript-5";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type InstalledPackage, installedPackage } from "../../support/installed-package.ts";
import { blocksOf } from "../../support/markdown.ts";
import type { Editor, EditorError } from "./editor.ts";
import { expectedErrors } from "./expected-errors.ts";
import { openServer } from "./language-server.ts";
import { internalTypes, openService } from "./language-service.ts";
import { placesIn } from "./places.ts";

const read = (path: string): string => readFileSync(join(import.meta.dirname, path), "utf8");

/** Programs of users, by their path in the project: those that stand beside this file, and the JavaScript of a page. */
const programs = new Map([
  ...["networks", "javascript", "mistakes"].flatMap((folder) =>
    readdirSync(join(import.meta.dirname, folder)).map((name) => {
      const path = `${folder}/${name}`;
      return [path, read(path)] as const;
    }),
  ),
  ...blocksOf(read("../../../docs/editor.md"))
    .filter(({ language }) => language === "js")
    .map(({ text, line }) => [`page/line-${line}.js`, text] as const),
]);

/** Which entry a file of ours is. */
const entryOf: Readonly<Record<string, string>> = {
  "": "weftgraph",
  "ir/text/": "weftgraph/text",
  "cli/training/": "weftgraph/node",
};

/** The examples as users would have them, importing entries; their own files beside them. */
const examples = new Map(
  readdirSync(join(import.meta.dirname, "../../../examples"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => {
      const text = read(`../../../examples/${name}`).replaceAll(
        /"(?:\.\.\/)+src\/([\w/]*)index\.ts"/g,
        (_, folder: string) => `"${entryOf[folder] ?? `weftgraph/${folder.slice(0, -1)}`}"`,
      );
      return [`examples/${name}`, text] as const;
    }),
);

/** Files without mistakes. */
const right = [...programs].filter(([, text]) => expectedErrors(text).length === 0);

let installed: InstalledPackage;
let internal: ReadonlySet<string>;

beforeAll(() => {
  installed = installedPackage(new Map([...programs, ...examples]));
  internal = internalTypes(typescript6, installed.entries);
});

afterAll(() => installed.remove());

/** The sentence of a rule, which stands as the type that the argument should have. */
const sentenceOf = (message: string): string | undefined => /^[^\n]*type '"([^"]*)"'\.$/.exec(message)?.[1];

/** The error as a fixture expects it: the sentence of a rule, or what TypeScript says by itself, of which a part may be expected. */
const asExpected = ({ line, column, message }: EditorError, expected: readonly string[]): string => {
  const place = `${line}:${column} `;
  const said = sentenceOf(message) ?? message;
  const part = expected.find(
    (text) => text.startsWith(place) && said === message && said.includes(text.slice(place.length)),
  );
  return part ?? place + said;
};

const byPlace = (errors: readonly string[]): readonly string[] =>
  errors.toSorted((a, b) => a.localeCompare(b, "en", { numeric: true }));

/** Names of types in a hover or message that a user cannot import, and that are not his own. */
const internalNames = (shown: string, text: string): readonly string[] => {
  const code = shown.replaceAll(/"[^"]*"|`[^`]*`|\(property\) \w+(?=:)/g, "");
  const declarations = /(?:type|infer|interface) (\w+)|(\w+) (?:extends|in)\b/g;
  const declared = new Set(Array.from(`${code}\n${text}`.matchAll(declarations), ([, a, b]) => a ?? b));
  const used = Array.from(code.matchAll(/\b[A-Z]\w*/g), ([name]) => name);
  // A class of Node's, which has the name of one of ours.
  return used.filter((name) => internal.has(name) && !declared.has(name) && name !== "Buffer");
};

/** Whether the type of what is declared is that of a tensor or an array. */
const isValue = (shown: string): boolean => /^(?:const|let|\(parameter\)) \w+: (?:Tensor|NDArray)</.test(shown);

const isLong = (shown: string): boolean => shown.includes("\n") || shown.length > 120;

/** What stands in a type of which something is not known. */
const unknown = /\b(?:Dims|DType|any|number|string)\b/;

describe.each([
  // The parts of both modules that are used are the same.
  ["5.9", (folder: string): Editor => openService(typescript5 as unknown as typeof typescript6, folder)],
  ["6", (folder: string): Editor => openService(typescript6, folder)],
  ["7", openServer],
] as const)("TypeScript %s", (_, open) => {
  let editor: Editor;

  beforeAll(async () => {
    editor = await open(installed.folder);
  });

  afterAll(() => editor.close());

  test.each([...programs])("%s: one error of one line for each mistake", async (file, text) => {
    const expected = expectedErrors(text);
    const errors = await editor.errors(file);
    expect(byPlace(errors.map((error) => asExpected(error, expected)))).toEqual(byPlace(expected));
    for (const { message } of errors) {
      expect(message.split("\n")).toHaveLength(1);
      const types = Array.from(message.matchAll(/'([^']*)'/g), ([, type]) => type).join("\n");
      expect(internalNames(types, text)).toEqual([]);
    }
  });

  test.each(right)(
    "%s: shapes of one line under every name, and no name of ours that cannot be imported",
    async (file, text) => {
      const hidden: string[] = [];
      const vague: string[] = [];
      for (const { name, offset, isDeclared } of placesIn(file, text)) {
        const shown = await editor.hover(file, offset);
        hidden.push(...internalNames(shown, text).map((inside) => `${name}: ${inside}`));
        if (isDeclared && isValue(shown) && (isLong(shown) || unknown.test(shown))) vague.push(shown);
      }
      expect([...new Set(hidden)]).toEqual([]);
      expect(vague).toEqual([]);
    },
  );

  test("the examples: one line for each value, and no name of ours that cannot be imported", async () => {
    const values: string[] = [];
    const hidden: string[] = [];
    for (const [file, text] of examples)
      for (const { name, offset, isDeclared } of placesIn(file, text)) {
        const shown = isDeclared ? await editor.hover(file, offset) : "";
        hidden.push(...internalNames(shown, text).map((inside) => `${file} ${name}: ${inside}`));
        if (isValue(shown)) values.push(shown);
      }
    expect(hidden).toEqual([]);
    expect(values.length).toBeGreaterThan(100);
    expect(values.filter(isLong)).toEqual([]);
  });

  test.each([
    ["names of parameters", 'parameters.get("|layer2.0.bn1', ["conv1.weight", "layer2.0.bn1.running_var", "fc.bias"]],
    [
      "options of an optimizer",
      "sgd({ learningRate: stepDecay(0.1, 30), |momentum",
      ["momentum", "nesterov", "weightDecay"],
    ],
    ["inputs", "trainer.step({ |image", ["image"]],
    ["metrics", "step.|right", ["loss", "right"]],
    ["parts of a layer", "p.|fc(features)", ["conv1", "bn1", "layer1", "fc"]],
  ])("%s complete", async (_, around, wanted) => {
    const file = "networks/resnet-layers.ts";
    const offset = (programs.get(file) ?? "").indexOf(around.replace("|", "")) + around.indexOf("|");
    const names = (await editor.completions(file, offset)).map((name) => name.replace(/\?$/, ""));
    expect(names).toEqual(expect.arrayContaining(wanted));
  });
});

// Everything that the entries export says what it is: functions show it by an example, those of tensors say which shapes go in and
// come out, codes of errors are those of the catalogue, and what a paper or PyTorch has too names its source.
import { beforeAll, describe, expect, it } from "vitest";
import { catalogue } from "../../src/ir/diagnostics/catalogue.ts";
import { type PublicExport, publicExports } from "../support/docstrings.ts";

let all: readonly PublicExport[] = [];
beforeAll(() => {
  all = publicExports();
});

const place = ({ file, line, name }: PublicExport): string => `${file}:${line} ${name}`;

const tagged = ({ tags }: PublicExport, name: string): readonly string[] =>
  tags.filter((tag) => tag.name === name).map(({ text }) => text);

/** Functions of tensors, layers, losses, optimizers: what others have under a name too. */
const isTensorFunction = ({ kind, file }: PublicExport): boolean =>
  kind === "function" && /^src\/(ir\/functions|nn|optim)\//.test(file);

/** What has no source outside: tools of this library, and operations that need none. */
const withoutSource: ReadonlySet<string> = new Set(["expectShape", "standardize", "decay"]);

/** A shape in brackets, or a formula: an operator, a power, a call. */
const mathematics = /\[[^\]]*\]|[=+*/^<>|&!?-]|\w\(.*\)/;

/** A code that a function rejects itself, in its own text. */
const rejectedBy = ({ node }: PublicExport): readonly string[] =>
  Array.from(node.getText().matchAll(/\breject\("(W\d{3})"/g), ([, code = ""]) => code);

describe("docstrings", () => {
  it("are there, in sentences", () => {
    expect(all.filter(({ summary }) => !/\w.*\w/s.test(summary)).map(place)).toEqual([]);
  });

  it("of functions and constants have an example", () => {
    const missing = all.filter((each) => each.kind !== "type" && tagged(each, "example").length === 0);
    expect(missing.map(place)).toEqual([]);
  });

  it("of functions of tensors have a formula or shapes, and state the type that comes out", () => {
    const functions = all.filter(isTensorFunction);
    const wordy = functions.filter(({ summary }) => !mathematics.test(summary));
    expect(wordy.map(place)).toEqual([]);
    const ofTensors = functions.filter(({ file }) => !file.startsWith("src/optim/"));
    const untyped = ofTensors.filter((each) => !tagged(each, "example").some((text) => text.includes("// Tensor<")));
    expect(untyped.map(place)).toEqual([]);
  });

  it("name their source: a paper with its year, or PyTorch's page", () => {
    const source = /\b(?:1[89]|20)\d\d\b|`torch\.[\w.]+`|`numpy\.[\w.]+`|`jax\.[\w.]+`|https:\/\//;
    const missing = all.filter(
      (each) =>
        isTensorFunction(each) &&
        !withoutSource.has(each.name) &&
        !tagged(each, "see").some((text) => source.test(text)),
    );
    expect(missing.map(place)).toEqual([]);
    const known = all.filter((each) => withoutSource.has(each.name) && tagged(each, "see").length > 0);
    expect(known.map(place)).toEqual([]);
  });

  it("name codes of the catalogue, and those that the function rejects itself", () => {
    const wrong = all.flatMap((each) => {
      const named = tagged(each, "throws").flatMap((text) => text.match(/\bW\d{3}\b/g) ?? []);
      const unknown = named.filter((code) => !Object.hasOwn(catalogue, code));
      const unnamed = rejectedBy(each).filter((code) => !tagged(each, "throws").join(" ").includes(code));
      return [...unknown, ...unnamed].map((code) => `${place(each)} ${code}`);
    });
    expect(wrong).toEqual([]);
  });
});

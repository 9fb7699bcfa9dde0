import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { at, captureLocation, userFrame, withinLayer } from "../../../src/ir/diagnostics/location.ts";
import { graphBuilder } from "../../../src/ir/graph/builder.ts";
import { traceOver } from "../../../src/ir/graph/traced-tensor.ts";

const thisFile = fileURLToPath(import.meta.url);
const ours = "/lib/weft/dist/";

/** The line of this file that holds a text; the first line that does. */
const lineOf = (text: string): number =>
  readFileSync(thisFile, "utf8")
    .split("\n")
    .findIndex((line) => line.includes(text)) + 1;

describe("at", () => {
  it("gives the place it was made with", () => {
    expect(at("a.ts", 3, 4)()).toEqual({ file: "a.ts", line: 3, column: 4 });
  });
});

describe("captureLocation", () => {
  it("gives the caller, under this test runner too", () => {
    const frame = captureLocation()();
    expect(frame?.file).toBe(thisFile);
    expect(frame?.line).toBe(lineOf("const frame = captureLocation()();"));
  });

  it("skips the frames of our own sources", () => {
    const trace = traceOver(graphBuilder());
    const x = trace.input("x", { dtype: "f32", shape: [3] });
    const y = x.exp().mean();
    const frames = [x, y].map((tensor) => trace.builder.locationOf(trace.value(tensor))?.());
    expect(frames).toMatchObject([
      { file: thisFile, line: lineOf("const x = trace.input") },
      { file: thisFile, line: lineOf("const y = x.exp()") },
    ]);
  });

  it("knows the layer within which something is written, the innermost", () => {
    const layers = withinLayer("blocks.3", () => [
      captureLocation().layer,
      withinLayer("blocks.3.attention", () => captureLocation().layer),
      captureLocation().layer,
    ]);
    expect([...layers, captureLocation().layer]).toEqual(["blocks.3", "blocks.3.attention", "blocks.3", undefined]);
    expect(() =>
      withinLayer("blocks.4", () => {
        throw new Error("no");
      }),
    ).toThrow("no");
    expect(captureLocation().layer).toBeUndefined();
  });

  it("leaves the depth of the engine's stacks as it was", () => {
    const before = Error.stackTraceLimit;
    captureLocation();
    expect(Error.stackTraceLimit).toBe(before);
  });
});

type Case = readonly [what: string, stack: readonly string[], file: string | undefined, line: number | undefined];

describe("userFrame", () => {
  const stacks: readonly Case[] = [
    [
      "skips our own frames, as paths and as URLs",
      [
        "Error",
        "    at emit (/lib/weft/dist/ir/graph/builder.js:1:2)",
        "    at emit (file:///lib/weft/dist/ir/graph/builder.js:1:2)",
        "    at forward (file:///home/me/model.ts:7:11)",
      ],
      "/home/me/model.ts",
      7,
    ],
    [
      "skips the engine's",
      ["    at node:internal/modules/run:3:4", "    at file:///home/me/m.ts:8:1"],
      "/home/me/m.ts",
      8,
    ],
    [
      "skips frames without a file",
      ["    at Array.map (<anonymous>)", "    at a (native)", "    at /m.ts:8:1"],
      "/m.ts",
      8,
    ],
    [
      "skips evaluated code",
      ["    at eval (eval at f (file:///a.js:1:1), <anonymous>:1:1)", "    at /m.ts:8:1"],
      "/m.ts",
      8,
    ],
    ["decodes spaces of URLs", ["    at f (file:///home/my%20models/m.ts:5:6)"], "/home/my models/m.ts", 5],
    [
      "keeps spaces and parentheses of paths",
      ["    at new F (/home/me (work)/m 1.ts:5:6)"],
      "/home/me (work)/m 1.ts",
      5,
    ],
    ["reads frames without a name", ["    at /home/me (work)/m.ts:5:6"], "/home/me (work)/m.ts", 5],
    ["reads async frames", ["    at async file:///m.ts:5:6"], "/m.ts", 5],
    ["reads named async frames", ["    at async Model.run (/m.ts:5:6)"], "/m.ts", 5],
    ["reads renamed methods", ["    at A.b [as c] (/m.ts:5:6)"], "/m.ts", 5],
    ["keeps a percent sign that encodes nothing", ["    at f (file:///a%/m.ts:5:6)"], "/a%/m.ts", 5],
    ["reads paths of Windows", ["    at f (C:\\me\\model.ts:5:6)"], "C:/me/model.ts", 5],
    ["reads URLs of Windows", ["    at f (file:///C:/my%20models/model.ts:5:6)"], "C:/my models/model.ts", 5],
    [
      "reads Firefox's form",
      ["emit@file:///lib/weft/dist/a.js:1:2", "forward@https://a.org/m.js:5:6"],
      "https://a.org/m.js",
      5,
    ],
    ["reads Safari's form", ["global code@https://a.org/m.js:5:6", "[native code]"], "https://a.org/m.js", 5],
    ["reads frames of nameless functions there", ["@https://a.org:8080/m.js:5:6"], "https://a.org:8080/m.js", 5],
    [
      "leaves out what development servers add",
      ["    at http://localhost:5173/m.ts?t=17:5:6"],
      "http://localhost:5173/m.ts",
      5,
    ],
    ["finds none where there is none", ["Error: why", "    at f (/lib/weft/dist/a.js:1:2)"], undefined, undefined],
    ["finds none in nothing", [""], undefined, undefined],
  ];
  it.each(stacks)("%s", (_, stack, file, line) => {
    const frame = userFrame(stack.join("\n"), ours);
    expect(frame?.file).toBe(file);
    expect(frame?.line).toBe(line);
  });

  it("skips our own frames where we are installed on Windows", () => {
    const stack = [
      "    at f (C:\\lib\\weft\\a.js:1:2)",
      "    at file:///C:/lib/weft/a.js:1:2",
      "    at C:\\lib\\m.ts:5:6",
    ];
    expect(userFrame(stack.join("\n"), "C:/lib/weft/")).toEqual({ file: "C:/lib/m.ts", line: 5, column: 6 });
  });
});

describe("under plain Node, in a folder with a space", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "weft location "));
    mkdirSync(join(folder, "my models"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("gives the line of the user's file", () => {
    const file = join(folder, "my models", "model.ts");
    const sources = new URL("../../../src/", import.meta.url).href;
    writeFileSync(
      file,
      [
        `import { graphBuilder } from "${sources}ir/graph/builder.ts";`,
        `import { traceOver } from "${sources}ir/graph/traced-tensor.ts";`,
        'const trace = traceOver(graphBuilder());\nconst x = trace.input("x", { dtype: "f32", shape: [3] });',
        "const y = ((a: typeof x) =>",
        "  a.mul(2).exp())(x);",
        "console.log(JSON.stringify(trace.builder.locationOf(trace.value(y))?.()));",
      ].join("\n"),
    );
    const printed = execFileSync(process.execPath, [file], { encoding: "utf8" });
    expect(JSON.parse(printed)).toEqual({ file, line: 6, column: 12 });
  });
});

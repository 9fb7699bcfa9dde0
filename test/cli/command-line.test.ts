// The words of the command line: what is refused, what is explained, and what a graph in text form comes to.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors } from "../../src/formats/safetensors.ts";
import { fixtures, folderWith, say } from "./support.ts";

const lookup = join(fixtures, "lookup.weft");
const at2 = [lookup, "--dims", "B=2"] as const;

/** Words, the exit code, and the finding without its place in a file. */
const refused: readonly (readonly [code: number, words: readonly string[], err: string])[] = [
  [2, ["prnt"], 'error[W601]: weft has no command "prnt"\n\n  help: did you mean print?\n'],
  [
    2,
    ["xyzzy"],
    'error[W601]: weft has no command "xyzzy"\n\n  help: the commands are check, print, run, verify, bench, build, explain.\n',
  ],
  [
    2,
    ["print", lookup, "--dim", "B=2"],
    "error[W602]: weft print has no option --dim\n\n  help: did you mean --dims?\n",
  ],
  [
    2,
    ["print", lookup, "-x"],
    "error[W602]: weft print has no option -x\n\n  help: weft print --help lists its options.\n",
  ],
  [
    2,
    ["print", lookup, "--no-loops"],
    "error[W602]: weft print has no option --no-loops\n\n  help: did you mean --loops?\n",
  ],
  [2, ["check"], "error[W603]: weft check: MODEL is missing\n\n  help: weft check --help shows how it is called.\n"],
  [
    2,
    ["check", "a.ts", "b.ts", "c.ts"],
    'error[W604]: weft check: too many arguments: "b.ts", "c.ts"\n\n  help: give one model at a time, and quote what contains blanks.\n',
  ],
  [
    2,
    ["print", lookup, "--dims"],
    "error[W605]: --dims: the value is missing; expected B=32,T=16\n\n  help: write --dims followed by B=32,T=16.\n",
  ],
  [
    2,
    ["print", lookup, "--after", "--loops"],
    "error[W605]: --after: the value is missing; expected PASS\n\n  help: write --after followed by PASS.\n",
  ],
  [
    2,
    ["print", lookup, "--loops=yes"],
    'error[W605]: --loops: expected no value, got "yes"\n\n  help: write --loops followed by no value.\n',
  ],
  ...["32", "B", "B=", "B=-1", "B=1.5", "B=1,B=2", "B=1;T=2", ",", "__proto__"].map(
    (text) =>
      [
        2,
        ["print", lookup, `--dims=${text}`],
        `error[W605]: --dims: expected a number for each symbol once, as in B=32,T=16, got ${JSON.stringify(text)}\n\n  help: write --dims followed by a number for each symbol once, as in B=32,T=16.\n`,
      ] as const,
  ),
  [
    2,
    ["run", ...at2, "--backend", "gpu"],
    'error[W605]: --backend: expected wasm or closure or reference, got "gpu"\n\n  help: write --backend followed by wasm or closure or reference.\n',
  ],
  [
    2,
    ["run", ...at2, "--input", "rows"],
    'error[W605]: --input: expected name=FILE, got "rows"\n\n  help: write --input followed by name=FILE.\n',
  ],
  [
    2,
    ["run", ...at2, "--random", "x"],
    'error[W605]: --random: expected a whole number from 0 up, got "x"\n\n  help: write --random followed by a whole number from 0 up.\n',
  ],
  [
    2,
    ["run", ...at2, "--random", "1", "--threads", "65"],
    'error[W605]: --threads: expected a whole number from 1 to 64, got "65"\n\n  help: write --threads followed by a whole number from 1 to 64.\n',
  ],
  [
    2,
    ["verify", ...at2, "--runs", "0"],
    'error[W605]: --runs: expected a whole number from 1 up, got "0"\n\n  help: write --runs followed by a whole number from 1 up.\n',
  ],
  [
    2,
    ["verify", ...at2, "--reference", "all"],
    'error[W605]: --reference: expected a whole number from 0 up, got "all"\n\n  help: write --reference followed by a whole number from 0 up.\n',
  ],
  [
    2,
    ["print", ...at2, "--wat", "--js"],
    "error[W606]: --wat and --js cannot be given together\n\n  help: keep one of --wat, --js.\n",
  ],
  [2, ["print", ...at2, "--dims", "B=3"], "error[W606]: --dims is given twice\n\n  help: keep one of --dims.\n"],
  [
    2,
    ["print", ...at2, "--dot", "--kernel", "k"],
    "error[W606]: --dot and --kernel cannot be given together\n\n  help: keep one of --dot, --kernel.\n",
  ],
  [
    1,
    ["print", join(fixtures, "lokup.weft")],
    `error[W610]: ${join(fixtures, "lokup.weft")}: there is no such file\n\n  help: did you mean ${lookup}?\n`,
  ],
  [
    1,
    ["print", "nowhere/model.ts"],
    "error[W610]: nowhere/model.ts: there is no such file\n\n  help: paths are relative to the folder you run weft in.\n",
  ],
  [
    1,
    ["print", "package.json"],
    "error[W611]: package.json: a model file ends in .ts, .mts, .js, .mjs, .weft\n\n  help: give a module that exports a model, or a graph in text form.\n",
  ],
  [
    1,
    ["print", lookup, "--loops"],
    "error[W620]: lookup: B has no value, and compiled code has fixed extents\n\n  help: give a number for each: --dims B=32.\n",
  ],
  [
    1,
    ["print", lookup, "--after", "lower"],
    "error[W620]: lookup: B has no value, which the pass lower needs\n\n  help: give a number for each: --dims B=32.\n",
  ],
  [
    1,
    ["verify", lookup],
    "error[W620]: lookup: B has no value, and compiled code has fixed extents\n\n  help: give a number for each: --dims B=32.\n",
  ],
  [
    1,
    ["check", ...at2.slice(0, 2), "b=2"],
    'error[W621]: lookup: there is no dimension "b"\n\n  help: did you mean B?\n',
  ],
  [
    1,
    ["run", ...at2],
    "error[W622]: embed: no value for rows: i32[2], gain: f32[2, 4]\n\n  help: give files: --input rows=FILE, or random values: --random 1.\n",
  ],
  [
    1,
    ["print", ...at2, "--kernel", "gater"],
    'error[W624]: the program has no kernel "gater"\n\n  help: its kernels are mul_tanh.\n',
  ],
  [
    1,
    ["explain", "simplfy"],
    'error[W625]: there is no code, pass, op or scalar function "simplfy"\n\n  help: did you mean simplify?\n',
  ],
  [
    1,
    ["explain", "W999"],
    'error[W625]: there is no code, pass, op or scalar function "W999"\n\n  help: weft explain without a name lists all there are.\n',
  ],
  [
    1,
    ["print", lookup, "--after", "cse", "--kernel", "k"],
    "error[W626]: --kernel cannot be printed after cse, which gives a tensor graph\n\n  help: leave cse out, or choose another form.\n",
  ],
  [
    1,
    ["print", ...at2, "--after", "lower", "--wat"],
    "error[W626]: --wat cannot be printed after lower, which gives a loop program without a memory plan\n\n  help: leave lower out, or choose another form.\n",
  ],
  [
    1,
    ["run", ...at2, "--random", "1", "--entry", "main"],
    'error[W308]: there is no entry point "main"\n\n  help: the entry points are "embed".\n',
  ],
  [
    1,
    ["run", ...at2, "--random", "1", "--input", "row=x.json"],
    'error[W302]: embed: there is no input row\n\n  help: the inputs are "rows", "gain".\n',
  ],
];

describe("what is refused", () => {
  test.each(refused)("exit code %i: weft %s", async (code, words, err) => {
    expect(await say(...words)).toEqual({ code, out: "", err });
  });

  test("a syntax error in a graph text is shown with its place", async () => {
    const folder = folderWith({ "bad.weft": "graph @g(%x: f32[B]) {\n  %0 = exp %x : f32[B]\n}\n" });
    const { code, err } = await say("check", join(folder, "bad.weft"));
    expect(code).toBe(1);
    expect(err).toContain(`${join(folder, "bad.weft")}:2:8\n`);
  });
});

/** Files for the input `gain`, f32[2, 4], and what is wrong with them. */
const unfit: readonly (readonly [name: string, contents: string | Uint8Array, why: string])[] = [
  ["x.json", "[1, 2", "it is not JSON: "],
  ["x.json", "[1, 2, 3]", "it holds 3 numbers, but f32[2, 4] has 8"],
  ["x.json", "[[1, 2], [3, 4], [5, 6], [7, 8]]", "its lists are not nested as [2, 4]"],
  ["x.json", '[1, 2, 3, 4, 5, 6, 7, "8"]', 'element 7 is "8"; f32[2, 4] takes numbers'],
  ["x.json", "[1, 2, 3, 4, 5, 6, 7, null]", "element 7 is null; f32[2, 4] takes numbers"],
  ["x.csv", "1,2", "only .safetensors and .json files are read"],
  [
    "x.safetensors",
    encodeSafetensors({ a: { dtype: "f32", shape: [8], data: new Float32Array(8) } }),
    "it holds f32[8], expected f32[2, 4]",
  ],
  [
    "x.safetensors",
    encodeSafetensors({
      a: { dtype: "u8", shape: [], data: Uint8Array.of(1) },
      b: { dtype: "u8", shape: [], data: Uint8Array.of(1) },
    }),
    "it has no tensor of that name, but a, b",
  ],
];

describe("weft run", () => {
  test.each(unfit)("%s that does not fit is refused", async (name, contents, why) => {
    const folder = folderWith({});
    const file = join(folder, name);
    writeFileSync(file, contents);
    const { code, err } = await say("run", ...at2, "--random", "1", "--input", `gain=${file}`);
    expect(code).toBe(1);
    expect(err.slice(0, err.indexOf("\n\n"))).toContain(`error[W623]: ${file}: not usable for gain: ${why}`);
    expect(err).toMatch(
      /^error\[W623\]: .*\n\n {2}help: compare the file with the type of the input; weft check lists the types\.\n$/,
    );
  });

  test("an index outside the table is refused, and so are numbers that are not whole", async () => {
    const folder = folderWith({ "ten.json": "[0, 10]", "half.json": "[0, 0.5]" });
    const using = (name: string) => say("run", ...at2, "--random", "1", "--input", `rows=${join(folder, name)}`);
    expect((await using("ten.json")).err).toContain("error[W306]: rows: element 1 is 10, outside 0..9");
    expect((await using("half.json")).err).toContain("element 1 is 0.5; i32[2] takes whole numbers of 32 bits");
  });

  test("one seed gives one result, the same on every backend", async () => {
    const [wasm, closure, other, threads, relaxed] = await Promise.all([
      say("run", ...at2, "--random", "1"),
      say("run", ...at2, "--random", "1", "--backend", "closure"),
      say("run", ...at2, "--random", "2"),
      say("run", ...at2, "--random", "1", "--threads", "2"),
      say("run", ...at2, "--random", "1", "--numerics", "relaxed"),
    ]);
    expect(wasm.out).toMatch(/^vectors: f32\[2, 4\]\n {2}(-?\d\.\d+(e-\d+)? ?){8}\n {2}min .* max .* mean .*\n$/);
    expect(closure.out).toBe(wasm.out);
    expect(other.out).not.toBe(wasm.out);
    // Nothing here is multiplied and added, so relaxed numerics have nothing to relax.
    expect([threads.out, relaxed.out]).toEqual([wasm.out, wasm.out]);
  });

  test("tensors go in from safetensors and come out as safetensors", async () => {
    const folder = folderWith({
      "gain.json": JSON.stringify([
        [0, 0, 0, 0],
        [1, 1, 1, 1],
      ]),
    });
    const rows = { dtype: "i32", shape: [2], data: Int32Array.of(3, 9) } as const;
    const table = { dtype: "f32", shape: [10, 4], data: new Float32Array(40).fill(0.5) } as const;
    writeFileSync(join(folder, "rows.safetensors"), encodeSafetensors({ any: rows }));
    writeFileSync(join(folder, "table.safetensors"), encodeSafetensors({ table }));
    const out = join(folder, "out.safetensors");
    const inputs = [
      "--input",
      `rows=${join(folder, "rows.safetensors")}`,
      "--input",
      `gain=${join(folder, "gain.json")}`,
    ];
    const said = await say("run", ...at2, ...inputs, "--weights", join(folder, "table.safetensors"), "--out", out);
    const tanh = Math.fround(Math.tanh(0.5));
    expect(said.err).toBe("graph lookup, entry embed, on wasm\n");
    expect(said.out.split("\n")[2]).toBe(
      `  min 0  max ${Number(tanh.toPrecision(7))}  mean ${Number((tanh / 2).toPrecision(7))}`,
    );
    const { vectors } = decodeSafetensors(readFileSync(out));
    expect(Array.from(vectors?.data.subarray(0, 4) ?? [])).toEqual([0, 0, 0, 0]);
  });
});

describe("weft print", () => {
  const text = readFileSync(lookup, "utf8");

  test("a text comes back as it is", async () => {
    expect(await say("print", lookup)).toEqual({ code: 0, out: text, err: "" });
  });

  test("dimensions are bound where they are given", async () => {
    expect((await say("print", ...at2)).out).toBe(text.replaceAll("[B", "[2"));
  });

  test("every form has its own head", async () => {
    const head = async (...words: readonly string[]): Promise<string> =>
      (await say("print", ...at2, ...words)).out.split("\n")[0] ?? "";
    expect(await head("--loops")).toBe("program lookup {");
    expect(await head("--after", "lower")).toBe("program lookup {");
    expect(await head("--dot")).toBe('digraph "lookup" {');
    expect(await head("--wat")).toBe(";; lookup");
    expect(await head("--js")).toBe("const fround = Math.fround;");
    expect(await head("--kernel", "mul_tanh")).toMatch(/^kernel mul_tanh\(/);
    expect(await head("--after", "cse")).toBe("graph @lookup(%rows: i32[2], %gain: f32[2, 4]) {");
  });

  test("groups stand behind the graph that they are of", async () => {
    const { out } = await say("print", ...at2, "--after", "fuse-elementwise");
    expect(out.split("\n\n")[1]).toBe("// entry embed: 1 groups\n//   0: binary mul, unary tanh -> f32[2, 4]\n");
  });

  test("one kernel of the WebAssembly text has no other function", async () => {
    const { out } = await say("print", ...at2, "--wat", "--kernel", "mul_tanh");
    expect(out.match(/\(func \$\S+/g)).toEqual(["(func $mul_tanh_0"]);
  });
});

describe("weft check", () => {
  test("stops before lowering where dimensions are open", async () => {
    const { code, out } = await say("check", lookup);
    expect(code).toBe(0);
    expect(out.split("  passes")[0]).toBe(`graph lookup
  inputs      rows: i32[B], gain: f32[B, 4]
  parameters  1 tensor, 40 numbers, 160 B
  entry       embed -> vectors: f32[B, 4]
  nodes       6
  stopped     before lowering: --dims B=... goes on
`);
  });

  test("names every pass with its time", async () => {
    const { out } = await say("check", ...at2);
    const passes = out.split("each verified\n")[1]?.match(/^ {4}[a-z-]+(?= +\d+\.\d ms)/gm);
    expect(passes?.map((name) => name.trim())).toEqual(
      expect.arrayContaining(["optimize", "decompose", "lower", "vectorize", "plan-buffers"]),
    );
  });
});

describe("help", () => {
  test("of the tool names every command, and no words at all are a wrong command line", async () => {
    const none = await say();
    expect(none.code).toBe(2);
    expect(await say("--help")).toEqual({ ...none, code: 0 });
    expect(none.out.match(/^ {2}(check|print|run|verify|build|explain) {2}/gm)).toHaveLength(6);
  });

  test.each(["check", "print", "run", "verify", "build", "explain"])("of %s has options and examples", async (name) => {
    const { code, out } = await say(name, "--help");
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^weft ${name}: .*\\n\\nusage\\n  weft ${name} `));
    expect(out).toContain("\n  --debug");
    expect(out).toMatch(new RegExp(`\\n\\nexamples\\n  weft ${name}`));
    expect(await say("help", name)).toEqual({ code, out, err: "" });
  });

  test("--version says the version of the package", async () => {
    const manifest: unknown = JSON.parse(readFileSync("package.json", "utf8"));
    expect((await say("--version")).out.trim()).toBe((manifest as { readonly version: string }).version);
  });
});

import { describe, expect, it } from "vitest";
import { diagnostic, WeftError } from "../../../src/ir/diagnostics/diagnostic.ts";
import { at } from "../../../src/ir/diagnostics/location.ts";
import { type Colors, renderDiagnostic, renderError } from "../../../src/ir/diagnostics/render.ts";

const model = [
  'import { matmul, relu } from "weftgraph";',
  "",
  "const hidden = relu(linear(x, weights.hidden));",
  "\treturn hidden.matmul(weights.output);",
  "",
].join("\n");

const source = (file: string): string | undefined => (file.endsWith("model.ts") ? model : undefined);

const mismatch = diagnostic(
  "W203",
  { left: "f32[B, 784]", right: "f32[768, 10]", inner: ["784", "768"] },
  {
    location: at("/home/me/project/model.ts", 4, 16),
    notes: [
      { label: "left operand", text: "f32[B, 784]", location: at("/home/me/project/model.ts", 3, 16) },
      { label: "right", text: "f32[768, 10]", location: at("/elsewhere/weights.ts", 6, 12) },
      { label: "note", text: "" },
    ],
  },
);

const help =
  "  help: matmul contracts the last axis of the left operand with the second-to-last of the right; make both 784, or use transposeA / transposeB.";

describe("renderDiagnostic", () => {
  it("shows the sentence, the place, the code, the facts and the cure", () => {
    expect(renderDiagnostic(mismatch, { source, cwd: "/home/me/project" })).toBe(
      [
        "error[W203]: matmul: inner dimensions differ: 784 vs 768 (f32[B, 784] x f32[768, 10])",
        "",
        "  model.ts:4:16",
        "   3 | const hidden = relu(linear(x, weights.hidden));",
        "   4 |  return hidden.matmul(weights.output);",
        "     |                ^^^^^^",
        "  left operand  f32[B, 784]   from model.ts:3:16",
        "  right         f32[768, 10]  from /elsewhere/weights.ts:6:12",
        "  note",
        help,
      ].join("\n"),
    );
  });

  it("does without the source", () => {
    const { location, ...bare } = mismatch;
    const finding = { ...bare, notes: [], ...(location === undefined ? {} : { location }) };
    expect(renderDiagnostic(finding)).toBe(
      [
        "error[W203]: matmul: inner dimensions differ: 784 vs 768 (f32[B, 784] x f32[768, 10])",
        "",
        "  /home/me/project/model.ts:4:16",
        help,
      ].join("\n"),
    );
  });

  it("does without a place", () => {
    expect(renderDiagnostic(diagnostic("W107", { name: "3" }), { source })).toBe(
      [
        "error[W107]: graph text: the value %3 is defined twice",
        "",
        "  help: give each result a name of its own; printing numbers them anew.",
      ].join("\n"),
    );
  });

  it("shows no code for a place that the file does not have", () => {
    const places = [at("model.ts", 9, 1), at("model.ts", 2, 5), at("model.ts", 0, 1), at("model.ts", 1, 0)];
    for (const location of places) {
      const lines = renderDiagnostic(diagnostic("W107", { name: "3" }, { location }), { source }).split("\n");
      expect(lines).toHaveLength(4);
    }
  });

  it("points behind the end of a line, and at the first line", () => {
    const location = at("model.ts", 1, 42);
    expect(
      renderDiagnostic(diagnostic("W107", { name: "3" }, { location }), { source })
        .split("\n")
        .slice(2, 5),
    ).toEqual([
      "  model.ts:1:42",
      '   1 | import { matmul, relu } from "weftgraph";',
      "     |                                          ^",
    ]);
  });

  it.each([
    ["  %12 = matmul", 3, "^^^"],
    ["  matmul(x)", 3, "^^^^^^"],
    ["0.25, 3", 1, "^^^^"],
    ['%"a b": f32[]', 1, "^^^^^^"],
    ["größe_2 = 1", 1, "^^^^^^^"],
    ["+ 1", 1, "^"],
  ])("puts carets under what stands at the place: %s", (line, column, carets) => {
    const rendered = renderDiagnostic(diagnostic("W107", { name: "3" }, { location: at("x", 1, column) }), {
      source: () => line,
    });
    expect(rendered.split("\n")[4]).toBe(`     | ${" ".repeat(column - 1)}${carets}`);
  });

  it("cuts long lines around the place", () => {
    const line = `contents "w" : f32 = "${"A".repeat(100_000)}!${"B".repeat(100_000)}"`;
    const column = line.indexOf("!") + 1;
    const rendered = renderDiagnostic(diagnostic("W107", { name: "3" }, { location: at("x", 1, column) }), {
      source: () => line,
    });
    expect(rendered.split("\n").slice(3, 5)).toEqual([
      `   1 | ${"A".repeat(80)}!${"B".repeat(39)}`,
      `     | ${" ".repeat(80)}^`,
    ]);
  });

  it("lets nothing through that a terminal would act on", () => {
    const rendered = renderDiagnostic(
      diagnostic("W104", { expected: "a\u001b[31mb\nc", found: "\u202e\u0007" }, { location: at("a\u001bb", 1, 1) }),
      { source: () => "x\u001b[2J" },
    );
    expect(rendered.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202a-\u202e]/u);
    expect(rendered.split("\n")[0]).toBe("error[W104]: graph text: expected a\ufffd[31mb\ufffdc, found \ufffd\ufffd");
  });

  it("colours with the functions it is given, which change nothing else", () => {
    const mark =
      (name: string) =>
      (text: string): string =>
        `<${name}>${text}</${name}>`;
    const color: Colors = {
      error: mark("e"),
      message: mark("m"),
      place: mark("p"),
      quiet: mark("q"),
      help: mark("h"),
    };
    const rendered = renderDiagnostic(mismatch, { source, color, cwd: "/home/me/project/" });
    expect(rendered.split("\n").slice(0, 7)).toEqual([
      "<e>error[W203]:</e> <m>matmul: inner dimensions differ: 784 vs 768 (f32[B, 784] x f32[768, 10])</m>",
      "",
      "  <p>model.ts:4:16</p>",
      "  <q> 3 |</q> const hidden = relu(linear(x, weights.hidden));",
      "  <q> 4 |</q>  return hidden.matmul(weights.output);",
      "  <q>   |</q>                <e>^^^^^^</e>",
      "  left operand  f32[B, 784]   <p>from model.ts:3:16</p>",
    ]);
    expect(rendered.replace(/<\/?[a-z]>/g, "")).toBe(renderDiagnostic(mismatch, { source, cwd: "/home/me/project" }));
  });

  it("shortens paths of Windows too", () => {
    const finding = diagnostic("W107", { name: "3" }, { location: at("C:/me/project/src/model.ts", 99, 1) });
    expect(renderDiagnostic(finding, { cwd: "C:\\me\\project" })).toContain("\n  src/model.ts:99:1\n");
    expect(renderDiagnostic(finding, { cwd: "C:\\me\\proj" })).toContain("\n  C:/me/project/src/model.ts:99:1\n");
  });
});

describe("renderError", () => {
  it("shows one finding as renderDiagnostic does", () => {
    const finding = diagnostic("W107", { name: "3" });
    expect(renderError(new WeftError([finding]))).toBe(renderDiagnostic(finding));
  });

  it("shows all findings", () => {
    const error = new WeftError([
      diagnostic("W107", { name: "3" }),
      diagnostic("W106", { name: "lgits", nearest: "logits" }),
    ]);
    expect(renderError(error)).toBe(
      [
        "error[W107]: graph text: the value %3 is defined twice",
        "",
        "  help: give each result a name of its own; printing numbers them anew.",
        "",
        "error[W106]: graph text: the value %lgits is not defined before it is used",
        "",
        "  help: did you mean %logits?",
      ].join("\n"),
    );
  });
});

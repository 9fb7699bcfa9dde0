// Files that are no cases are refused with their name, and folders without cases too.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { caseFiles, missingCases } from "./case-folder.ts";
import { GoldenFileError } from "./checked-json.ts";
import { parseCase, readCase } from "./golden-case.ts";

const folder = mkdtempSync(join(tmpdir(), "golden-"));
afterAll(() => rmSync(folder, { recursive: true }));

const tensor = { dtype: "f64", shape: [], data: Buffer.from(Float64Array.of(1).buffer).toString("base64") };

const whole = {
  format: "golden-1",
  case: "c",
  kind: "module",
  config: {},
  loss_rule: "loss = sum over outputs of sum(cotangent * output)",
  inputs: { x: { ...tensor, shape: [1, 1] } },
  params: {},
  expected: { outputs: {}, loss: tensor, grad_inputs: {}, grad_params: {} },
  float32_max_abs_err: { forward: 0, loss: 0, grads: 0 },
  scale: { forward: 1, grads: 1 },
};

describe("parseCase", () => {
  test("reads a case; what may be left out is empty", () => {
    expect(parseCase(JSON.stringify(whole), "c.json")).toMatchObject({
      name: "c",
      kind: "module",
      ownLoss: false,
      inputs: { x: { dtype: "f64", shape: [1, 1], data: Float64Array.of(1) } },
      buffers: {},
      expected: { loss: 1, buffersAfter: {} },
    });
  });

  test.each([
    ["{", "c.json: this is no JSON: "],
    ["[]", "c.json: this is no record"],
    [{ format: "golden-2" }, 'c.json: format is "golden-2", not "golden-1"'],
    [{ ...whole, kind: "dream" }, 'c.json: kind is "dream", not "module" or "optimizer"'],
    [{ ...whole, kind: "optimizer" }, "c.json: expected.steps is no list of steps"],
    [{ ...whole, config: 3 }, "c.json: config is no record"],
    [{ ...whole, inputs: { x: 3 } }, "c.json: inputs.x is no record"],
    [
      { ...whole, inputs: { x: { ...tensor, dtype: "f16" } } },
      'c.json: inputs.x.dtype is "f16", not f64, f32, i32 or u8',
    ],
    [{ ...whole, inputs: { x: { ...tensor, shape: [-1] } } }, "c.json: inputs.x.shape is no list of extents"],
    [{ ...whole, inputs: { x: { ...tensor, shape: [2] } } }, "c.json: inputs.x.data has 8 bytes, which is not f64[2]"],
    [{ ...whole, scale: {} }, "c.json: scale.forward is no number"],
  ])("refuses %j", (file, message) => {
    const contents = typeof file === "string" ? file : JSON.stringify(file);
    expect(() => parseCase(contents, "c.json")).toThrow(GoldenFileError);
    expect(() => parseCase(contents, "c.json")).toThrow(message);
  });
});

describe("folders", () => {
  test("that are missing or hold no cases are refused", () => {
    expect(() => caseFiles(join(folder, "none"))).toThrow(`${join(folder, "none")}: there is no such folder`);
    expect(() => caseFiles(folder)).toThrow(`${folder}: there are no cases (*.json) in this folder`);
    expect(() => readCase(join(folder, "c.json"))).toThrow("could not be read");
  });

  test("say which cases of their index have no file", () => {
    expect(missingCases(folder)).toEqual([]);
    writeFileSync(join(folder, "c.json"), JSON.stringify(whole));
    writeFileSync(join(folder, "index.json"), JSON.stringify([{ case: "c" }, { case: "d" }]));
    expect(caseFiles(folder)).toEqual([join(folder, "c.json")]);
    expect(missingCases(folder)).toEqual(["d"]);
  });
});

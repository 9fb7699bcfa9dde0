// The suite can fail: networks that are nearly right, expectations that are nearly right, and cases that say what nobody
// understands.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { elu, stopGradient, type Tensor } from "../../src/index.ts";
import { batchNorm, conv2d } from "../../src/nn/index.ts";
import { share } from "./bounds.ts";
import { checkCase, compareModule } from "./check-case.ts";
import { ownCases } from "./command.ts";
import { type GoldenCase, type ModuleCase, parseCase } from "./golden-case.ts";
import { functionOf, type Network, network } from "./network.ts";

const fileOf = (name: string): string => readFileSync(join(ownCases, `${name}.json`), "utf8");

const stored = (name: string): ModuleCase => {
  const read = parseCase(fileOf(name), name);
  if (read.kind !== "module") throw new Error(`${name} is no module`);
  return read;
};

/** What is found wrong with a network, by the names of the results. */
const wrongWith = (described: Network, name: string, backend: "reference" | "wasm" = "reference"): readonly string[] =>
  compareModule(described, stored(name), backend)
    .filter((finding) => share(finding) > 1)
    .map(({ what }) => what);

describe("a network that is nearly right is found out", () => {
  const ofX = (of: (x: Tensor) => Tensor): Network => functionOf((input) => ({ y: of(input("x")) }));

  test("by its outputs: a billionth in double precision, some millionths in f32", () => {
    expect(wrongWith(ofX(elu), "act_elu")).toEqual([]);
    const scaled = (factor: number): Network => ofX((x) => elu(x).mul(factor));
    expect(wrongWith(scaled(1 + 1e-9), "act_elu")).toContain("output y");
    expect(wrongWith(scaled(1 + 1e-9), "act_elu", "wasm")).toEqual([]);
    expect(wrongWith(scaled(1 + 4e-6), "act_elu", "wasm")).toContain("output y");
  });

  test("by a gradient alone", () => {
    expect(
      wrongWith(
        ofX((x) => elu(stopGradient(x))),
        "act_elu",
      ),
    ).toEqual(["gradient of x"]);
  });

  test("by the value of a buffer alone", () => {
    const normalized = (momentum: number): Network =>
      network(batchNorm(4, { momentum }), (normalize, input) => ({ y: normalize(input("x")) }));
    expect(wrongWith(normalized(0.1), "batchnorm1d_train")).toEqual([]);
    expect(wrongWith(normalized(0.2), "batchnorm1d_train")).toEqual(["buffer running_mean", "buffer running_var"]);
  });

  test("by parameters of other names or shapes", () => {
    const convolved = (...[channels, kernel, options]: [number, number, { bias?: boolean }]): Network =>
      network(conv2d(2, channels, kernel, options), (layer, input) => ({ y: layer(input("x")) }));
    expect(wrongWith(convolved(4, 3, {}), "conv2d_basic")).toEqual([]);
    expect(() => wrongWith(convolved(4, 3, { bias: false }), "conv2d_basic")).toThrow("no bias");
    expect(() => wrongWith(convolved(4, 2, {}), "conv2d_basic")).toThrow(
      "weight is [4,2,2,2] in the network and [4,2,3,3] in the case",
    );
  });
});

/** A case of ours with something changed in its file. */
const changed = (name: string, change: (file: Record<string, unknown>) => void): GoldenCase => {
  const file: unknown = JSON.parse(fileOf(name));
  // The file of a case holds a record, which reading it checks.
  change(file as Record<string, unknown>);
  return parseCase(JSON.stringify(file), name);
};

const at = (of: unknown, ...path: readonly string[]): unknown =>
  // The paths below are those of the format.
  path.reduce<unknown>((value, name) => (value as Readonly<Record<string, unknown>>)[name], of);

/** Adds to the first element of a stored f64 tensor. */
const move = (tensor: unknown, by: number): void => {
  const held = tensor as { data: string }; // every tensor has its data as text
  const elements = new Float64Array(Uint8Array.from(Buffer.from(held.data, "base64")).buffer);
  elements[0] = (elements[0] ?? 0) + by;
  held.data = Buffer.from(elements.buffer).toString("base64");
};

describe("an expectation that is nearly right is found out", () => {
  test.each([
    ["mlp_tanh", "output y", ["outputs", "y"]],
    ["mlp_tanh", "loss", ["loss"]],
    ["mlp_tanh", "gradient of x", ["grad_inputs", "x"]],
    ["mlp_tanh", "gradient of layers.1.bias", ["grad_params", "layers.1.bias"]],
    ["batchnorm2d_train", "buffer running_var", ["buffers_after", "running_var"]],
    ["optim_adamw_warmup_clip", "layers.1.weight after step 7", ["steps", "6", "params", "layers.1.weight"]],
  ])("%s: %s", (name, what, path) => {
    const wrong = changed(name, ({ expected }) => move(at(expected, ...path), 1e-7));
    const verdict = checkCase(wrong, "reference");
    expect(verdict.passed).toBe(false);
    expect(verdict.detail).toMatch(new RegExp(`^${what} is off by 1.0e-7 of \\S+$`));
    expect(
      checkCase(
        changed(name, () => undefined),
        "reference",
      ).passed,
    ).toBe(true);
  });

  test.each(["lr", "loss", "grad_norm"])("the %s of a step", (key) => {
    const wrong = changed("optim_sgd_clip", ({ expected }) => {
      const step = at(expected, "steps", "3") as Record<string, number>; // the numbers of a step
      step[key] = (step[key] ?? Number.NaN) + 1e-7;
    });
    const { passed, detail } = checkCase(wrong, "reference");
    expect(passed).toBe(false);
    expect(detail).toMatch(/of step 4 is off by 1\.0e-7/);
  });
});

describe("what nobody understands is no passed case", () => {
  const setting = (name: string, key: string, value: unknown): GoldenCase =>
    changed(name, ({ config }) => Object.assign(at(config) as object, { [key]: value }));

  test.each([
    ["act_elu", "op", "swish2", 'not understood: activation "swish2"'],
    ["conv2d_basic", "module", "Conv4d", 'not understood: module "Conv4d"'],
    ["conv2d_basic", "input_layout", "N,spatial,C", 'not understood: input_layout "N,spatial,C"'],
    ["conv2d_basic", "stride", "two", 'not understood: stride is "two", no list of numbers'],
    ["attention_causal", "mask", "every other key", 'not understood: mask "every other key"'],
    ["loss_mse_mean", "loss", "mse2", 'not understood: loss "mse2"'],
    ["loss_mse_mean", "reduction", "median", 'not understood: reduction "median"'],
    ["optim_adam_step", "schedule_formula", "lr / t", 'not understood: schedule_formula "lr / t"'],
    ["optim_adam", "optimizer", "Lion", 'not understood: optimizer "Lion"'],
    ["lenet_relu_max", "model", "LeNet: conv5x5, fold", 'not understood: layer "fold"'],
    ["op_broadcast", "outputs", { u: "a <> b", v: "a" }, 'not understood: formula "a <> b" at <'],
    ["op_shape", "outputs", {}, "not understood: output t, of which nothing is said"],
    ["batchnorm1d_train", "mode", "rehearsal", 'not understood: mode "rehearsal"'],
    ["layernorm_2axes", "model", "x", "not understood: no family knows"],
  ])("%s with %s: %j", (name, key, value, message) => {
    const { passed, detail } = checkCase(setting(name, key, value), "reference");
    expect(passed).toBe(false);
    expect(detail.slice(0, message.length)).toBe(message);
  });
});

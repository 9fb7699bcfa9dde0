// The programs on which the cost of types is measured, as text: whole networks, and long chains of operations.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type CompilerName, typeCheck } from "./type-check-program.ts";

const network = (name: string): string =>
  readFileSync(join(import.meta.dirname, "networks", `${name}.ts`), "utf8").replaceAll(
    '"../../../src/index.ts"',
    '"@/src/index.ts"',
  );

/** What every program imports, so that the cost of the library itself can be taken off. */
const imports = 'import * as weft from "@/src/index.ts";\nimport * as nn from "@/src/nn/index.ts";\n';

/** So many dependent operations over six widths, in groups of five. */
const chain = (operations: number): string =>
  [
    imports,
    "declare const x0: weft.Tensor<['B', 'T', 64], 'f32'>;",
    "declare const weight: <const I extends number, const O extends number>(i: I, o: O) => weft.Tensor<[I, O], 'f32'>;",
    ...Array.from({ length: operations / 5 }, (_, at) => {
      const [width, next] = [64 + (at % 6) * 32, 64 + ((at + 1) % 6) * 32];
      return `const a${at} = weft.matmul(x${at}, weight(${width}, ${next})); const b${at} = weft.add(weft.relu(a${at}), 1); const c${at} = weft.mul(b${at}, a${at}); const x${at + 1} = weft.reshape(c${at}, ["B", "T", ${next}]);`;
    }),
    `export const end = weft.sum(x${operations / 5});`,
  ].join("\n");

const lenet = `${imports}
export const lenet = weft.defineModel({
  name: "lenet",
  params: { conv1: nn.conv2d(1, 6, 5, { padding: 2 }), conv2: nn.conv2d(6, 16, 5), hidden: nn.linear(400, 120), middle: nn.linear(120, 84), output: nn.linear(84, 10) },
  inputs: { image: weft.spec("f32", ["B", 1, 28, 28]), label: weft.spec("i32", ["B"]) },
  forward: (p, { image, label }) => {
    const edges = weft.maxPool2d(weft.relu(p.conv1(image)), 2);
    const shapes = weft.maxPool2d(weft.relu(p.conv2(edges)), 2);
    const logits = p.output(weft.relu(p.middle(weft.relu(p.hidden(weft.flatten(shapes))))));
    return { logits, loss: weft.crossEntropy(logits, label) };
  },
});
`;

/** A function by name, and eleven calls of it at different widths. */
const named = [
  imports,
  "declare const given: <const S extends weft.Dims>(...shape: S) => weft.Tensor<[...S], 'f32'>;",
  'const mlp = weft.define("mlp", { x: ["f32", "B", "D"], up: ["f32", "D", "F"], down: ["f32", "F", "D"] }, ({ x, up, down }) => weft.add(x, weft.matmul(weft.relu(weft.matmul(x, up)), down)));',
  ...Array.from({ length: 11 }, (_, at) => {
    const [width, inner] = [64 + at, 256 + at];
    return `export const y${at} = mlp({ x: given("B", ${width}), up: given(${width}, ${inner}), down: given(${inner}, ${width}) });`;
  }),
].join("\n");

/** The two networks of ResNet-18 apart: what is fixed ends where the other begins. */
const resnet = network("resnet18");
const anySize = resnet.indexOf("export const anySize");
const fixedSize = resnet.indexOf("export const fixed");

/** A program with what it may cost: type instantiations beyond those of the library alone. */
export interface Program {
  readonly name: string;
  readonly text: string;
  readonly budget: number;
}

export const nothing = `${imports}export {};\n`;

export const programs: readonly Program[] = [
  { name: "LeNet with its loss", text: lenet, budget: 16_000 },
  { name: "GPT-2, 12 layers", text: network("gpt2"), budget: 25_000 },
  { name: "ResNet-18, images of 224", text: resnet.slice(0, anySize), budget: 25_000 },
  {
    name: "ResNet-18, images of any size",
    text: `${resnet.slice(0, fixedSize)}${resnet.slice(anySize)}`,
    budget: 30_000,
  },
  { name: "a function by name and eleven calls", text: named, budget: 33_000 },
  { name: "100 operations over six widths", text: chain(100), budget: 20_000 },
  { name: "1000 operations over six widths", text: chain(1000), budget: 200_000 },
];

/** What a program costs beyond the library. */
export const costOf = (text: string, compiler: CompilerName, base: number): number => {
  const { errors, instantiations } = typeCheck(text, compiler);
  if (errors.length > 0) throw new Error(errors.map(({ line, message }) => `${line}: ${message}`).join("\n"));
  return instantiations - base;
};

// Which kernels ops build for operands of a size, as outlines: which way is taken, how large tiles and blocks are, which loops are
// four lanes wide, how much memory is used. None of it shows in results, all of it in time. With UPDATE=1 the outlines are
// written; read the change like any other.
import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { opOf } from "../../../src/ir/ops/index.ts";
import { type KernelCase, kernelCases } from "../../support/kernel-cases.ts";
import { outerLoops, outlineOf } from "../../support/kernel-outline.ts";
import { builtElements, builtKernels } from "../../support/lower-op.ts";

const file = new URL("./kernel-outlines.txt", import.meta.url);
const isUpdating = process.env["UPDATE"] === "1";

const built = ({ kind, operands, attrs, numerics = "exact", unread, apart }: KernelCase) =>
  opOf(kind).lower.by === "kernel"
    ? builtKernels(kind, operands, attrs, numerics, unread)
    : { scratches: [], kernels: [{ name: kind, body: builtElements(kind, operands, attrs, apart) }] };

const outlined = ([title, use]: (typeof kernelCases)[number]): string => {
  const { kernels, scratches } = built(use);
  const room = scratches.map(({ name, dtype, length }) => `  ${name}: ${dtype}[${length}]\n`);
  const outline = use.brief === true ? outerLoops : outlineOf;
  const lines = kernels.map(({ name, body }) => `  kernel ${name}\n${outline(body, "    ")}`);
  return `${title}\n${[...room, ...lines].join("")}`;
};

const written = isUpdating ? "" : readFileSync(file, "utf8");
const expected = new Map(
  written.split("\n\n").map((part) => [part.slice(0, part.indexOf("\n")), `${part.trimEnd()}\n`]),
);

describe("kernels", () => {
  test.skipIf(isUpdating).each(kernelCases)("of %s", (title, use) => {
    expect(outlined([title, use])).toBe(expected.get(title));
  });

  test.runIf(isUpdating)("are written down", () => writeFileSync(file, kernelCases.map(outlined).join("\n")));
});

// Kernels that become several: what each piece does, reads, writes and may write over.
import { describe, expect, test } from "vitest";
import { add, type BlockBuilder, binary, buildBody, f32, load, multiply } from "../../../src/ir/loop/build.ts";
import type { Expr } from "../../../src/ir/loop/expr.ts";
import type { Kernel } from "../../../src/ir/loop/kernel.ts";
import { printKernel } from "../../../src/ir/loop/print.ts";
import { type Piece, piecesOf } from "../../../src/passes/threads/pieces.ts";

const x = (index: Expr | number): Expr => load("f32", "x", index);
const y = (index: Expr | number): Expr => load("f32", "y", index);

const kernelOf = (fill: (body: BlockBuilder) => void): Kernel => ({
  name: "k",
  parameters: [
    { name: "x", dtype: "f32", length: 8, access: "read" },
    { name: "y", dtype: "f32", length: 8, access: "update" },
    { name: "z", dtype: "f32", length: 8, access: "write" },
    { name: "n", dtype: "i32", length: 8, access: "read" },
  ],
  inPlace: [
    [1, 0],
    [2, 1],
  ],
  body: buildBody(fill),
});

const printed = (pieces: readonly Piece[] | undefined): readonly string[] | undefined =>
  pieces?.map(
    ({ kernel, positions }) => `${positions.join(" ")} ${JSON.stringify(kernel.inPlace)}\n${printKernel(kernel)}`,
  );

const clear = (body: BlockBuilder): void => body.loop(8, (i, inner) => inner.store("y", i, f32(0)));
const addUp = (body: BlockBuilder): void =>
  body.loop(8, (i, inner) => inner.store("y", i, binary("add", y(i), x(i))), { hint: "j" });

describe("pieces", () => {
  test("are the statements, with what they name and the buffers they touch", () => {
    const pieces = piecesOf(
      kernelOf((body) => {
        const scale = body.name(binary("mul", x(0), f32(2)));
        const start = body.name(multiply(load("i32", "n", 0), 0));
        clear(body);
        addUp(body);
        body.store("z", start, binary("mul", y(0), scale));
      }),
    );
    expect(printed(pieces)).toEqual([
      "1 []\nkernel k_part0(y: write f32[8]) {\n  for i0 in 0..8 {\n    y[i0] = 0.0\n  }\n}\n",
      "0 1 [[1,0]]\nkernel k_part1(x: read f32[8], y: update f32[8]) where y may be x {\n  for j0 in 0..8 {\n    y[j0] = y[j0] + x[j0]\n  }\n}\n",
      "0 1 2 [[1,0],[2,1]]\nkernel k_part2(x: read f32[8], y: read f32[8], z: write f32[8]) where y may be x, z may be y {\n  let v0: f32 = x[0] * 2.0\n  z[0] = y[0] * v0\n}\n",
    ]);
  });

  test("are none where one names what another one changes", () => {
    const body = (block: BlockBuilder): void => {
      const first = block.name(y(0));
      clear(block);
      block.store("z", 0, first);
    };
    expect(piecesOf(kernelOf(body))).toBeUndefined();
  });

  test("do not share variables", () => {
    const body = (block: BlockBuilder): void => {
      const sum = block.mutable(f32(0));
      block.loop(8, (i, inner) => inner.assign(sum, binary("add", sum, x(i))));
      block.store("z", 0, sum);
    };
    expect(piecesOf(kernelOf(body))).toBeUndefined();
  });

  test("are two to six", () => {
    const stores = (count: number): Kernel =>
      kernelOf((body) => {
        for (let at = 0; at < count; at++) body.store("z", at, x(add(body.name(load("i32", "n", 0)), at)));
      });
    expect([1, 2, 6, 7].map((count) => piecesOf(stores(count))?.length)).toEqual([undefined, 2, 6, undefined]);
  });
});

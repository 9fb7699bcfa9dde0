// The gradient of a convolution's weights as a matrix product, for groups of several output channels: the columns of a block of
// results, each row of which belongs to one weight, times the cotangents of these results, eight output channels side by
// side. Sums over one block, in the order of the results, are added to those of the blocks before.
import { add, type BlockBuilder, binary, f32, i32, load, multiply, subtract } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import {
  fillColumns,
  overResultBlocks,
  type PlacedBlock,
  type Planes,
  planesOf,
  type ResultBlock,
  resultBlock,
  tapCount,
} from "./image-columns.ts";
import type { ConvolutionGeometry, WeightGradientContext } from "./padded-planes.ts";
import { maximumRows, tileProduct } from "./register-tile.ts";

const lanes = 4;
/** Output channels side by side. */
const panelOutputs = 8;
/** Results that a block should have, so that sums seldom leave their registers. */
const manyResults = 96;

/** What one group is made in. */
interface Workspace {
  readonly planes: Planes;
  readonly block: ResultBlock;
  /** Whole images of which a block has results. */
  readonly images: number;
  /** Results of a block. */
  readonly results: number;
  /** [weight][result] */
  readonly columns: string;
  /** [panel][result][output channel in the panel] */
  readonly flows: string;
  /** [panel][weight][output channel in the panel] */
  readonly sums: string;
}

/** Images and results that a tile sums over, and the group they are of. */
interface Sweep {
  readonly from: Expr;
  readonly to: Expr;
  readonly group: Expr;
  readonly block: PlacedBlock;
}

const panelsOf = ({ groupOutputs }: ConvolutionGeometry): number => Math.ceil(groupOutputs / panelOutputs);

/** Copies cotangents of a block into panels. */
const fillFlows = (
  context: WeightGradientContext,
  body: BlockBuilder,
  { groupOutputs }: ConvolutionGeometry,
  { results, flows }: Workspace,
  { from, to, group, block }: Sweep,
): void =>
  body.loop(
    to,
    (image, images) =>
      images.loop(
        groupOutputs,
        (o, outputs) => {
          const panel = multiply(binary("div", o, i32(panelOutputs)), results);
          const first = add(panel, multiply(subtract(image, from), block.rows * block.columns));
          outputs.loop(
            block.rows,
            (r, row) => {
              const place = multiply(add(first, multiply(r, block.columns)), panelOutputs);
              const start = row.name(add(place, binary("rem", o, i32(panelOutputs))), "to");
              const output = row.name(add(multiply(group, groupOutputs), o), "o");
              row.loop(
                block.columns,
                (x, inner) => {
                  const index = [image, output, add(block.y, r), add(block.x, x)];
                  inner.store(flows, add(start, multiply(x, panelOutputs)), context.operands[1](inner, index));
                },
                { mode: "vector", hint: "x" },
              );
            },
            { hint: "r" },
          );
        },
        { hint: "o" },
      ),
    { from, hint: "b" },
  );

/** One tile: `rows` weights of one input channel and tap each, by the output channels of a panel. */
const sumTile = (
  body: BlockBuilder,
  geometry: ConvolutionGeometry,
  { results, columns, flows, sums }: Workspace,
  tile: { readonly weight: Expr; readonly rows: number; readonly panel: Expr; readonly vectors: number },
  depth: Expr,
): void => {
  const tileSums = tileProduct(
    body,
    tile,
    { buffer: columns, start: multiply(tile.weight, results), rowStride: results, depthStride: 1 },
    { buffer: flows, start: multiply(tile.panel, results * panelOutputs), stride: panelOutputs },
    depth,
  );
  const row = add(multiply(tile.panel, tapCount(geometry)), tile.weight);
  const first = body.name(multiply(row, panelOutputs), "sum");
  for (const [at, values] of tileSums.entries())
    for (const [part, value] of values.entries()) {
      const place = add(first, at * panelOutputs + part * lanes);
      body.store(sums, place, add(load("f32x4", sums, place), value));
    }
};

/** All tiles of one block. */
const sumBlock = (
  body: BlockBuilder,
  geometry: ConvolutionGeometry,
  workspace: Workspace,
  { from, to, block }: Sweep,
): void => {
  const taps = tapCount(geometry);
  const whole = Math.floor(taps / maximumRows) * maximumRows;
  const depth = body.name(multiply(subtract(to, from), block.rows * block.columns), "count");
  const panel = (inner: BlockBuilder, which: Expr, vectors: number): void => {
    const tile = (weight: Expr, innermost: BlockBuilder, rows: number): void =>
      sumTile(innermost, geometry, workspace, { weight, rows, panel: which, vectors }, depth);
    inner.loop(whole, (weight, tiles) => tile(weight, tiles, maximumRows), { step: maximumRows, hint: "w" });
    if (whole < taps) tile(i32(whole), inner, taps - whole);
  };
  const full = Math.floor(geometry.groupOutputs / panelOutputs);
  body.loop(full, (which, inner) => panel(inner, which, panelOutputs / lanes), { hint: "p" });
  const rest = geometry.groupOutputs % panelOutputs;
  if (rest > 0) panel(body, i32(full), Math.ceil(rest / lanes));
};

/** Sums of a group go from panels to where its weights are. */
const storeSums = (
  context: WeightGradientContext,
  body: BlockBuilder,
  geometry: ConvolutionGeometry,
  { sums }: Workspace,
  group: Expr,
): void => {
  const { groupOutputs } = geometry;
  const taps = tapCount(geometry);
  const { shape } = context.resultTypes[0];
  body.loop(
    groupOutputs,
    (o, outputs) => {
      const panel = multiply(binary("div", o, i32(panelOutputs)), taps * panelOutputs);
      const from = outputs.name(add(panel, binary("rem", o, i32(panelOutputs))), "from");
      const to = outputs.name(multiply(add(multiply(group, groupOutputs), o), taps), "to");
      outputs.loop(
        taps,
        (weight, inner) => {
          const sum = load("f32", sums, add(from, multiply(weight, panelOutputs)));
          inner.store(context.resultBuffer(), add(to, weight), sum);
        },
        { mode: "vector", hint: "w" },
      );
    },
    { hint: "o" },
  );
  context.finish(body, [
    { from: multiply(group, groupOutputs), extent: groupOutputs },
    ...shape.slice(1).map((extent) => ({ from: i32(0), extent })),
  ]);
};

const workspaceOf = (context: WeightGradientContext, geometry: ConvolutionGeometry): Workspace => {
  const { batch, outputHeight, outputWidth } = geometry;
  const planes = planesOf(context, geometry);
  const block = resultBlock(geometry);
  const size = block.rows * block.columns;
  const isWhole = size === outputHeight * outputWidth;
  const images = isWhole ? Math.max(1, Math.min(batch, Math.floor(manyResults / Math.max(1, size)))) : 1;
  const results = images * size;
  const panels = panelsOf(geometry);
  return {
    planes,
    block,
    images,
    results,
    columns: context.scratch("f32", tapCount(geometry) * results, "columns"),
    flows: context.scratch("f32", panels * results * panelOutputs, "flows"),
    sums: context.scratch("f32", panels * tapCount(geometry) * panelOutputs, "sums"),
  };
};

/** The gradient of the weights by blocks of columns. */
export const buildColumnWeightGradient = (context: WeightGradientContext, geometry: ConvolutionGeometry): void => {
  const workspace = workspaceOf(context, geometry);
  const { planes, block, images, results, columns, flows, sums } = workspace;
  const { batch, groupChannels } = geometry;
  const panels = panelsOf(geometry);
  const clear = (body: BlockBuilder, buffer: string, length: number): void =>
    body.loop(length, (at, inner) => inner.store(buffer, at, f32(0)), { mode: "vector" });
  const sweepBlock = (body: BlockBuilder, sweep: Sweep): void => {
    const firstChannel = multiply(sweep.group, groupChannels);
    body.loop(
      sweep.to,
      (image, inner) => {
        const start = multiply(subtract(image, sweep.from), sweep.block.rows * sweep.block.columns);
        const target = { buffer: columns, start, width: results, panelStride: 0 };
        fillColumns(context, inner, geometry, planes, { block: sweep.block, image, firstChannel }, target);
      },
      { from: sweep.from, hint: "b" },
    );
    fillFlows(context, body, geometry, workspace, sweep);
    sumBlock(body, geometry, workspace, sweep);
  };
  context.kernel("conv2dWeightGradient", (root) => {
    // Lanes of the last panel that are no output channel are never looked at, but may as well be ordinary numbers.
    if (geometry.groupOutputs % panelOutputs !== 0) clear(root, flows, panels * results * panelOutputs);
    root.loop(
      context.attrs.groups,
      (group, body) => {
        clear(body, sums, panels * tapCount(geometry) * panelOutputs);
        body.loop(
          batch,
          (from, blocks) => {
            const to = blocks.name(binary("min", add(from, images), i32(batch)), "to");
            overResultBlocks(blocks, geometry, block, (inner, placed) =>
              sweepBlock(inner, { from, to, group, block: placed }),
            );
          },
          { step: images, hint: "b" },
        );
        storeSums(context, body, geometry, workspace, group);
      },
      { hint: "g" },
    );
  });
};

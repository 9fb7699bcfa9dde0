// Maximum pooling as loops: the largest element of a window, and the kernel of its gradient. The gradient finds for a row of windows
// at a time where in each the first maximum stands. Where windows lie side by side, every element then takes its
// window's cotangent or 0; else cotangents are added one by one to the places found.
import { add, type BlockBuilder, binary, bool, compare, flatten, i32, load, multiply, select } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import { literalElement } from "./elements.ts";
import { loopNest } from "./loop-nest.ts";
import type { KernelContext, LoweringContext } from "./op.ts";
import { type WindowAxis, type WindowGeometry, windowAxes } from "./window-geometry.ts";
import { both, type Guarded, imagePosition } from "./window-lowering.ts";

const zero: Expr = i32(0);

type GradientContext = KernelContext<WindowGeometry, 2, 1>;

/** One window: image, channel, and where it stands among the windows of its image. */
type WindowIndex = readonly [image: Expr, channel: Expr, row: Expr, column: Expr];

/** An element of a window: its value, minus infinity outside of the image, and whether it lies inside. */
interface WindowElement {
  readonly value: Expr;
  readonly inside: Expr;
}

/** What it takes to read elements of windows. */
interface Windows {
  readonly context: LoweringContext<WindowGeometry, 1 | 2, 1>;
  readonly shape: readonly number[];
  readonly axes: readonly [WindowAxis, WindowAxis];
  /** How many windows there are along both axes. */
  readonly counts: readonly [rows: number, columns: number];
}

const windowsOf = (
  context: LoweringContext<WindowGeometry, 1 | 2, 1>,
  [, , rows = 1, columns = 1]: readonly number[],
): Windows => ({
  context,
  shape: context.operandTypes[0].shape,
  axes: windowAxes(context.attrs),
  counts: [rows, columns],
});

const elementOf = (
  { context, shape, axes, counts }: Windows,
  body: BlockBuilder,
  [image, channel, row, column]: WindowIndex,
  tap: readonly [Expr, Expr],
): WindowElement => {
  const [, , height = 1, width = 1] = shape;
  const y: Guarded = imagePosition(body, axes[0], { image: height, windows: counts[0] }, row, tap[0]);
  const x: Guarded = imagePosition(body, axes[1], { image: width, windows: counts[1] }, column, tap[1]);
  const inside = both(y.inside, x.inside);
  const element = context.operands[0](body, [image, channel, y.position, x.position]);
  const outside = literalElement(context.operandTypes[0].dtype, Number.NEGATIVE_INFINITY);
  return { value: body.name(select(inside, element, outside)), inside };
};

/** Runs `visit` for every element of a window, in order. */
const overTaps = (
  body: BlockBuilder,
  [rows, columns]: Windows["axes"],
  visit: (body: BlockBuilder, tap: readonly [Expr, Expr]) => void,
): void => loopNest(body, [rows.kernel, columns.kernel], (inner, [ky = zero, kx = zero]) => visit(inner, [ky, kx]));

const isNaN = (value: Expr): Expr => compare("ne", value, value);

/** The largest element of one window; NaN if one of them is. */
export const largestOfWindow = (
  context: LoweringContext<WindowGeometry, 1, 1>,
  body: BlockBuilder,
  [image = zero, channel = zero, row = zero, column = zero]: readonly Expr[],
): Expr => {
  const windows = windowsOf(context, context.resultTypes[0].shape);
  const { dtype } = context.resultTypes[0];
  const largest = body.mutable(literalElement(dtype, Number.NEGATIVE_INFINITY), "largest");
  // Kept apart, since then the larger of two is a single instruction.
  const unordered = body.mutable(bool(false), "unordered");
  overTaps(body, windows.axes, (inner, tap) => {
    const { value } = elementOf(windows, inner, [image, channel, row, column], tap);
    inner.assign(largest, select(compare("gt", value, largest), value, largest));
    inner.assign(unordered, binary("or", unordered, isNaN(value)));
  });
  return select(unordered, literalElement(dtype, Number.NaN), largest);
};

/** How far the first maximum of a window lies from the window's first element in memory; below 0 where it is padding. */
const firstMaximum = (windows: Windows, body: BlockBuilder, window: WindowIndex): Expr => {
  const { axes, shape, context } = windows;
  const [, , , width = 1] = shape;
  const first = elementOf(windows, body, window, [zero, zero]);
  const largest = body.mutable(literalElement(context.operandTypes[0].dtype, Number.NEGATIVE_INFINITY), "largest");
  const place = body.mutable(select(first.inside, zero, i32(-1)), "place");
  overTaps(body, axes, (inner, [ky, kx]) => {
    const { value, inside } = elementOf(windows, inner, window, [ky, kx]);
    const firstNaN = binary("and", isNaN(value), compare("eq", largest, largest));
    const better = inner.name(binary("or", compare("gt", value, largest), firstNaN), "better");
    const offset = add(multiply(multiply(ky, axes[0].dilation), width), multiply(kx, axes[1].dilation));
    inner.assign(largest, select(better, value, largest));
    inner.assign(place, select(better, select(inside, offset, i32(-1)), place));
  });
  return place;
};

/** More loops than this for the elements of a row of windows would be too much code. */
const mostElements = 16;

/** Whether windows lie side by side from the first element on, none of them reaching out of the image. */
const areSideBySide = ({ axes, shape, counts }: Windows): boolean =>
  axes[0].kernel * axes[1].kernel <= mostElements &&
  axes.every(
    ({ kernel, stride, dilation, low }, at) =>
      kernel === stride && dilation === 1 && low === 0 && (counts[at] ?? 0) * kernel <= (shape[at + 2] ?? 0),
  );

/** Where a plane of the images is. */
interface Plane {
  readonly image: Expr;
  readonly channel: Expr;
  /** Its first element. */
  readonly start: Expr;
}

/** Zeros in rows of a plane, from a column on. */
const clear = (
  context: GradientContext,
  body: BlockBuilder,
  { start }: Plane,
  rows: readonly [from: number, to: number],
  from: number,
): void => {
  const { dtype, shape } = context.resultTypes[0];
  const [, , , width = 1] = shape;
  const none = literalElement(dtype, 0);
  const fill = (block: BlockBuilder, base: Expr, first: number, end: number): void =>
    block.loop(end, (x, inner) => inner.store(context.resultBuffer(), add(base, x), none), {
      from: first,
      mode: "vector",
      hint: "x",
    });
  if (from === 0) fill(body, start, rows[0] * width, rows[1] * width);
  else if (from < width)
    body.loop(rows[1], (y, inner) => fill(inner, inner.name(add(start, multiply(y, width)), "row"), from, width), {
      from: rows[0],
      hint: "y",
    });
};

/** Every element of a plane takes its window's cotangent where it is the first maximum, and else 0. */
const spreadSideBySide = (context: GradientContext, body: BlockBuilder, windows: Windows, plane: Plane): void => {
  const [, , height = 1, width = 1] = windows.shape;
  const [rows, columns] = windows.counts;
  const [tall, wide] = [windows.axes[0].kernel, windows.axes[1].kernel];
  const none = literalElement(context.resultTypes[0].dtype, 0);
  loopNest(
    body,
    [rows, columns],
    (inner, [y = zero, x = zero]) => {
      const place = firstMaximum(windows, inner, [plane.image, plane.channel, y, x]);
      const flow = inner.name(context.operands[1](inner, [plane.image, plane.channel, y, x]), "flow");
      const first = add(add(plane.start, multiply(y, tall * width)), multiply(x, wide));
      for (let ky = 0; ky < tall; ky++)
        for (let kx = 0; kx < wide; kx++) {
          const offset = ky * width + kx;
          inner.store(
            context.resultBuffer(),
            add(first, offset),
            select(compare("eq", place, i32(offset)), flow, none),
          );
        }
    },
    { innermost: "vector" },
  );
  clear(context, body, plane, [0, rows * tall], columns * wide);
  clear(context, body, plane, [rows * tall, height], 0);
};

/** Cotangents are added to where the first maxima of their windows stand, in the order of the windows. */
const scatter = (
  context: GradientContext,
  body: BlockBuilder,
  windows: Windows,
  plane: Plane,
  places: string,
): void => {
  const [, , height = 1, width = 1] = windows.shape;
  const [rows, columns] = windows.axes;
  const { dtype } = context.resultTypes[0];
  const result = context.resultBuffer();
  clear(context, body, plane, [0, height], 0);
  body.loop(windows.counts[0], (y, inRow) => {
    inRow.loop(
      windows.counts[1],
      (x, inner) => inner.store(places, x, firstMaximum(windows, inner, [plane.image, plane.channel, y, x])),
      { mode: "vector" },
    );
    const first = inRow.name(
      add(multiply(multiply(y, rows.stride), width), -(rows.low * width + columns.low)),
      "first",
    );
    inRow.loop(windows.counts[1], (x, inner) => {
      const place = inner.name(load("i32", places, x), "place");
      const flow = context.operands[1](inner, [plane.image, plane.channel, y, x]);
      const at = add(add(first, multiply(x, columns.stride)), place);
      const inPlane = binary("min", binary("max", at, zero), i32(height * width - 1));
      const target = inner.name(add(plane.start, inPlane), "at");
      const share = select(compare("ge", place, zero), flow, literalElement(dtype, 0));
      inner.store(result, target, binary("add", load(dtype === "f64" ? "f64" : "f32", result, target), share));
    });
  });
};

/** Builds the kernel of `maxPool2dGradient`: images [B, C, H, W] and cotangent [B, C, OH, OW] to [B, C, H, W]. */
export const buildMaxPoolGradient = (context: GradientContext): void => {
  const windows = windowsOf(context, context.operandTypes[1].shape);
  const [batch = 1, channels = 1, height = 1, width = 1] = windows.shape;
  const sideBySide = areSideBySide(windows);
  const places = sideBySide ? "" : context.scratch("i32", windows.counts[1], "places");
  context.kernel("maxPool2dGradient", (root) =>
    loopNest(root, [batch, channels], (body, [image = zero, channel = zero]) => {
      const start = body.name(multiply(flatten([image, channel], [batch, channels]), height * width), "plane");
      const plane = { image, channel, start };
      if (sideBySide) spreadSideBySide(context, body, windows, plane);
      else scatter(context, body, windows, plane, places);
      context.finish(body, [
        { from: image, extent: 1 },
        { from: channel, extent: 1 },
        { from: zero, extent: height },
        { from: zero, extent: width },
      ]);
    }),
  );
};

// Which elements the windows of an image touch, as loop expressions: the reading of windows and its transpose.
import { add, type BlockBuilder, binary, bool, compare, i32, multiply, select, subtract } from "../loop/build.ts";
import type { Expr } from "../loop/expr.ts";
import { literalElement } from "./elements.ts";
import type { LoweringContext } from "./op.ts";
import { type WindowAxis, type WindowGeometry, windowAxes } from "./window-geometry.ts";

const zero: Expr = i32(0);
/** Both of two conditions, of which constants need not be computed. */
export const both = (x: Expr, y: Expr): Expr =>
  x.kind === "const" ? (x.value === 0 ? x : y) : y.kind === "const" ? (y.value === 0 ? y : x) : binary("and", x, y);
const clampTo = (position: Expr, extent: number): Expr => binary("min", binary("max", position, zero), i32(extent - 1));

/** A position that may lie outside, made safe to read, and whether it lies inside. */
export interface Guarded {
  readonly position: Expr;
  readonly inside: Expr;
}

/** The image position of an element of a window; checked only on the sides where windows reach out of the image. */
export const imagePosition = (
  body: BlockBuilder,
  axis: WindowAxis,
  extents: { readonly image: number; readonly windows: number },
  window: Expr,
  offset: Expr,
): Guarded => {
  const start = multiply(window, axis.stride);
  const raw = add(add(start, multiply(offset, axis.dilation)), -axis.low);
  const last = (extents.windows - 1) * axis.stride + (axis.kernel - 1) * axis.dilation - axis.low;
  const [reachesBefore, reachesBehind] = [axis.low > 0, last >= extents.image];
  if (!reachesBefore && !reachesBehind) return { position: raw, inside: bool(true) };
  const at = body.name(raw, "at");
  return {
    position: clampTo(at, extents.image),
    inside: both(
      reachesBefore ? compare("ge", at, zero) : bool(true),
      reachesBehind ? compare("lt", at, i32(extents.image)) : bool(true),
    ),
  };
};

/** One element of one window: the image's, or `value` outside of it. */
export const windowElement = (
  {
    attrs,
    operandTypes: [images],
    resultTypes: [windows],
    operands: [read],
  }: LoweringContext<WindowGeometry & { readonly value: number }, 1, 1>,
  body: BlockBuilder,
  index: readonly Expr[],
): Expr => {
  const [batch = zero, channel = zero, windowRow = zero, windowColumn = zero, row = zero, column = zero] = index;
  const [rows, columns] = windowAxes(attrs);
  const [, , height = 1, width = 1] = images.shape;
  const [, , windowRows = 1, windowColumns = 1] = windows.shape;
  const y = imagePosition(body, rows, { image: height, windows: windowRows }, windowRow, row);
  const x = imagePosition(body, columns, { image: width, windows: windowColumns }, windowColumn, column);
  const element = read(body, [batch, channel, y.position, x.position]);
  return select(both(y.inside, x.inside), element, literalElement(images.dtype, attrs.value));
};

/** The window that has an image position at an offset, where there is one: its start is a multiple of the stride. */
const windowPosition = (body: BlockBuilder, axis: WindowAxis, windows: number, padded: Expr, offset: Expr): Guarded => {
  const start = body.name(subtract(padded, multiply(offset, axis.dilation)), "start");
  const window = body.name(binary("div", start, i32(axis.stride)), "window");
  const inRange = both(compare("ge", start, zero), compare("lt", window, i32(windows)));
  const onStride = axis.stride === 1 ? bool(true) : compare("eq", binary("rem", start, i32(axis.stride)), zero);
  return { position: body.name(clampTo(window, windows)), inside: body.name(both(inRange, onStride), "inside") };
};

/** A window that has an image position, and the offset of the position in it. */
interface WindowAt extends Guarded {
  readonly offset: Expr;
}

/** The only window that can have a position, where windows do not overlap: no loop is needed to find it. */
const onlyWindow = (
  body: BlockBuilder,
  axis: WindowAxis,
  extents: { readonly image: number; readonly windows: number },
  padded: Expr,
): WindowAt => {
  const window = body.name(binary("div", padded, i32(axis.stride)), "window");
  const offset = body.name(binary("rem", padded, i32(axis.stride)), "offset");
  const gaps = axis.stride > axis.kernel;
  const rest = Math.floor((extents.image - 1 + axis.low) / axis.stride) >= extents.windows;
  return {
    position: rest ? clampTo(window, extents.windows) : window,
    offset: gaps ? clampTo(offset, axis.kernel) : offset,
    inside: both(
      gaps ? compare("lt", offset, i32(axis.kernel)) : bool(true),
      rest ? compare("lt", window, i32(extents.windows)) : bool(true),
    ),
  };
};

/** Runs `fill` for each window along an axis that may have an image position. */
const overWindows = (
  body: BlockBuilder,
  axis: WindowAxis,
  extents: { readonly image: number; readonly windows: number },
  position: Expr,
  fill: (window: WindowAt, body: BlockBuilder) => void,
): void => {
  const padded = body.name(add(position, axis.low), "padded");
  if (axis.dilation === 1 && axis.stride >= axis.kernel) fill(onlyWindow(body, axis, extents, padded), body);
  else
    body.loop(axis.kernel, (offset, inner) =>
      fill({ ...windowPosition(inner, axis, extents.windows, padded, offset), offset }, inner),
    );
};

/** One element of an image: the sum over all windows that hold it, in the order of the offsets within the window. */
export const foldedElement = (
  { attrs, operandTypes: [windows], resultTypes: [images], operands: [read] }: LoweringContext<WindowGeometry, 1, 1>,
  body: BlockBuilder,
  index: readonly Expr[],
): Expr => {
  const [batch = zero, channel = zero, row = zero, column = zero] = index;
  const [rows, columns] = windowAxes(attrs);
  const [, , height = 1, width = 1] = images.shape;
  const [, , windowRows = 1, windowColumns = 1] = windows.shape;
  const none = literalElement(windows.dtype, 0);
  const sum = body.mutable(none, "sum");
  overWindows(body, rows, { image: height, windows: windowRows }, row, (y, overColumns) =>
    overWindows(overColumns, columns, { image: width, windows: windowColumns }, column, (x, inner) => {
      const element = read(inner, [batch, channel, y.position, x.position, y.offset, x.offset]);
      inner.assign(sum, add(sum, select(both(y.inside, x.inside), element, none)));
    }),
  );
  return sum;
};

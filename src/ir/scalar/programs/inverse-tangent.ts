// The angle of a point. In the first octant it is artan(a / b) for a <= b; when a / b exceeds 1/2 it is
// pi/4 + artan((a - b) / (a + b)), so that the series only runs to |t| <= 1/2 and there is one division. The other
// octants are k pi/4 plus or minus that.
import { type BlockBuilder, literal } from "../../loop/build.ts";
import type { Expr } from "../../loop/expr.ts";
import {
  absolute,
  atMost,
  bitOr,
  choose,
  equals,
  isAbove,
  isSigned,
  minus,
  negatedWhere,
  over,
  type Precision,
  plus,
  polynomial,
  times,
  where,
  withSignOf,
} from "./arithmetic.ts";

interface AngleConstants {
  /** (artan(t) / t - 1) / t^2 in powers of t^2: relative errors 7.9e-9 and 1.9e-18. */
  readonly tail: readonly number[];
  /** pi/4, and what the rounded pi/4 lacks. */
  readonly quarter: number;
  readonly quarterLow: number;
  readonly largest: number;
  /** Above `huge`, where the sum of two magnitudes might overflow, both are multiplied by `shrink`. */
  readonly huge: number;
  readonly shrink: number;
}

const constants: Precision<AngleConstants> = {
  single: {
    tail: [-0.33333316445350647, 0.19996929168701172, -0.14204347133636475, 0.10289536416530609, -0.053334690630435944],
    quarter: 0.7853981852531433,
    quarterLow: -2.1855695000931213e-8,
    largest: (2 - 2 ** -23) * 2 ** 127,
    huge: 2 ** 100,
    shrink: 2 ** -30,
  },
  double: {
    tail: [
      -0.3333333333333333, 0.19999999999983736, -0.14285714282925566, 0.11111110919887422, -0.09090901975100785,
      0.07692144276708962, -0.0666418826668215, 0.058565904037675816, -0.05076401823565338, 0.038167768459832815,
      -0.01062125057968821, -0.03544641959502374, 0.06893448310621732, -0.04498988679236509,
    ],
    quarter: Math.PI / 4,
    quarterLow: 3.061616997868383e-17,
    largest: Number.MAX_VALUE,
    huge: 2 ** 1000,
    shrink: 2 ** -100,
  },
};

/** An angle in the first quadrant as `eighths` pi/4 + `rest`. */
interface Angle {
  readonly eighths: Expr;
  readonly rest: Expr;
}

/** The angle from the axis along which `across` = 0, for magnitudes `across` and `along`. */
const firstQuadrant = (body: BlockBuilder, across: Expr, along: Expr): Angle => {
  const { tail, largest } = choose(across, constants);
  const isSteep = body.name(isAbove(across, along), "steep");
  const a = body.name(where(isSteep, along, across), "a");
  const b = body.name(where(isSteep, across, along), "b");
  const isWide = body.name(isAbove(a, atMost(body.name(times(0.5, b)), largest)), "wide");
  const ratio = over(where(isWide, minus(a, b), a), where(isWide, plus(a, b), b));
  const t = body.name(where(equals(a, b), 0, ratio), "t");
  const square = body.name(times(t, t), "square");
  const octant = body.name(plus(t, times(times(t, square), polynomial(square, tail))), "octant");
  const eighths = body.name(where(isWide, 1, literal(a.type, 0)), "eighths");
  return {
    eighths: where(isSteep, minus(2, eighths), eighths),
    rest: negatedWhere(isSteep, octant),
  };
};

const total = (body: BlockBuilder, eighths: Expr, rest: Expr): Expr => {
  const { quarter, quarterLow } = choose(rest, constants);
  const count = body.name(eighths);
  return plus(times(count, quarter), plus(rest, times(count, quarterLow)));
};

/** The angle whose tangent is x. */
export const inverseTangent = (body: BlockBuilder, x: Expr): Expr => {
  const { eighths, rest } = firstQuadrant(body, body.name(absolute(x)), literal(x.type, 1));
  return withSignOf(x, total(body, eighths, rest));
};

/** The angle of the point (x, y), between -pi and pi. */
export const angleOfPoint = (body: BlockBuilder, y: Expr, x: Expr): Expr => {
  const { huge, shrink } = choose(x, constants);
  const across = body.name(absolute(y));
  const along = body.name(absolute(x));
  const scale = body.name(where(bitOr(isAbove(across, huge), isAbove(along, huge)), shrink, literal(x.type, 1)));
  const angle = firstQuadrant(body, body.name(times(across, scale)), body.name(times(along, scale)));
  const isLeft = body.name(isSigned(x), "left");
  const eighths = body.name(angle.eighths);
  const rest = body.name(angle.rest);
  const upper = total(body, where(isLeft, minus(4, eighths), eighths), negatedWhere(isLeft, rest));
  return negatedWhere(isSigned(y), body.name(upper));
};

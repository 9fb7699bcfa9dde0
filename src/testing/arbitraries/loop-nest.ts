// Random loop nests whose bounds are computed from the indices of the loops around them, for properties of what is known about
// whole numbers.
import fc from "fast-check";
import { add, type BlockBuilder, binary, compare, i32, multiply, select } from "../../ir/loop/build.ts";
import type { Expr, LoopBinary } from "../../ir/loop/expr.ts";
import { type Choose, chooser, pick } from "./loop-expr.ts";

const smaller = (left: Expr, right: Expr): Expr => binary("min", left, right);
const larger = (left: Expr, right: Expr): Expr => binary("max", left, right);

const functions: readonly [LoopBinary, ...LoopBinary[]] = ["min", "max", "sub", "add"];

/** Names in scope, the innermost last, and where choices come from. */
interface Scene {
  readonly choose: Choose;
  readonly names: readonly Expr[];
}

const someName = ({ choose, names }: Scene): Expr => names[names.length - 1 - choose(names.length)] ?? i32(3);

/** A sum, or one of what bounds are made of. */
const randomWhole = (scene: Scene, depth: number): Expr => {
  const { choose } = scene;
  if (depth === 0) return choose(3) === 0 ? i32(pick(choose, [0, 4, 9, 17, -3, 2 ** 31 - 4])) : someName(scene);
  const inner = (): Expr => randomWhole(scene, depth - 1);
  switch (choose(7)) {
    case 0:
      return binary("and", inner(), i32(-4));
    case 1:
      return binary("div", inner(), i32(4));
    case 2:
      return multiply(inner(), pick(choose, [4, 2, -1, 2 ** 30]));
    case 3:
      return select(compare("lt", inner(), inner()), inner(), inner());
    default:
      return binary(pick(choose, functions), inner(), inner());
  }
};

/** What the innermost block of a nest does with the whole number made for it. */
export type NestUse = (body: BlockBuilder, index: Expr) => void;

/** Up to three loops, whose bounds depend on one another, around one whole number; none runs more than 13 times. */
export const randomNest =
  (choices: readonly number[], use: NestUse): ((body: BlockBuilder) => void) =>
  (outermost) => {
    const choose = chooser(choices);
    const nest = (body: BlockBuilder, names: readonly Expr[], depth: number): void => {
      const value = body.name(randomWhole({ choose, names }, 1 + choose(2)));
      const scene = { choose, names: value.kind === "const" ? names : [...names, value] };
      if (depth === 0)
        return use(
          body,
          add(
            binary(pick(choose, ["add", "sub"]), someName(scene), someName(scene)),
            choose(2) === 0 ? i32(0) : randomWhole(scene, 1),
          ),
        );
      const from = choose(2) === 0 ? i32(choose(4)) : body.name(larger(someName(scene), i32(-4)));
      const to = body.name(
        smaller(choose(3) === 0 ? randomWhole(scene, 1) : add(someName(scene), 1 + choose(8)), i32(9)),
      );
      const fill = (index: Expr, inner: BlockBuilder): void => nest(inner, [...scene.names, index], depth - 1);
      body.loop(to, fill, { from, step: pick(choose, [1, 4, 1, 3]) });
    };
    nest(outermost, [], 1 + choose(3));
  };

/** What `randomNest` reads its choices off. */
export const nestChoices: fc.Arbitrary<readonly number[]> = fc.array(fc.nat(999), {
  minLength: 20,
  maxLength: 60,
  size: "max",
});

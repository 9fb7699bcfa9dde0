// Why some changes are noticed by no test: what stands there cannot be told from what stood there, or only by how long it takes.
import { type Explanation, explain } from "./explanation.ts";
import { opExplanations } from "./op-explained.ts";
import type { Survivor } from "./outcome.ts";

const fusing = explain("src/passes/fuse-elementwise.ts");
const order = explain("src/passes/fusion/running-order.ts");
const followers = explain("src/passes/fusion/followers.ts");
const placing = explain("src/passes/planning/place-blocks.ts");

/** Where types cannot know what always holds. */
const never = "types ask for what is never missing";

export const explanations: readonly Explanation[] = [
  ...opExplanations,
  fusing("[false, false]", "[]", "undefined counts as false"),
  order(
    "place.jump.depth >= upper.depth",
    "place.jump.depth > upper.depth",
    "shorter jumps: more steps to the same place",
  ),
  order(
    "(parent?.depth ?? -1) + 1",
    "(parent?.depth ?? -1) - 1",
    "the short cut is not found, and all is searched instead",
  ),
  order("done || value === earlier", "false", "the search from the other side finds the same, later"),
];

/** Why a change is not noticed; undefined where nobody has said so. */
export const whyUnnoticed = ({ file, text, put, before, isRun }: Survivor): string | undefined => {
  if (/invariant\([^;]*$/.test(before) && put === "true") return "what must hold does";
  if (!isRun && before.endsWith("?? ")) return "types ask for a value that is never missing";
  return explanations.find((each) => each.file === file && each.text === text && each.put === put)?.why;
};

// `weft explain`: what the compiler knows about a code, a pass, an op or a scalar function.
import { reject } from "../../ir/diagnostics/diagnostic.ts";
import { type AnyCommand, defineCommand } from "../command.ts";
import { explanationOf, namesNear, topicList } from "../topics.ts";

export const explain: AnyCommand = defineCommand({
  name: "explain",
  summary: "Explains an error code, a pass, an op or a scalar function; lists all of them without a name.",
  options: {
    topic: {
      type: "positional",
      optional: true,
      description: "A code (W203), a pass (cse), an op (matmul) or a function (exp).",
    },
  },
  examples: ["weft explain W203", "weft explain simplify", "weft explain conv2d", "weft explain"],
  run: async ({ topic }, ui) => {
    if (topic === undefined) return ui.print(topicList());
    ui.print(explanationOf(topic) ?? reject("W625", { topic, near: namesNear(topic) }));
  },
});

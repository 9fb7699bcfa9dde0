// Changes of what is printed that no test notices, and why none could.
import { type Explanation, explain } from "./explanation.ts";

const narrowing = explain("src/backends/javascript/narrow.ts");
const statements = explain("src/backends/javascript/print-statement.ts");

export const printingExplanations: readonly Explanation[] = [
  narrowing('each.kind === "load"', "true", "only loads name a buffer"),
  narrowing('stmt.kind !== "store"', "false", "only stores go to a buffer, which is compared next"),
  narrowing('from.kind !== "const"', "false", "what is no constant is at no multiple of four from another end"),
  statements('each.kind === "load"', "true", "only loads name a buffer"),
  narrowing("stride === write.stride", "true", "places at two paces are no fixed distance apart"),
  narrowing("[]", '["Stryker was here"]', "a text is neither an access nor a distance between two stores"),
];

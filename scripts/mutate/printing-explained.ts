// Changes of what is printed that no test notices, and why none could.
import { type Explanation, explain } from "./explanation.ts";

const narrowing = explain("src/backends/javascript/narrow.ts");

export const printingExplanations: readonly Explanation[] = [
  narrowing('each.kind === "load"', "true", "only loads name a buffer"),
  narrowing('stmt.kind !== "store"', "false", "only stores go to a buffer, which is compared next"),
  narrowing("stride === write.stride", "true", "places at two paces are no fixed distance apart"),
  narrowing("[]", '["Stryker was here"]', "a text is neither an access nor a distance between two stores"),
];

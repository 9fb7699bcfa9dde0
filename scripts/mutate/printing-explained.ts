// Changes of what is printed that no test notices, and why none could.
import { type Explanation, explain } from "./explanation.ts";

const instances = explain("src/backends/javascript/instantiate-javascript.ts");
const narrowing = explain("src/backends/javascript/narrow.ts");
const constants = explain("src/backends/javascript/print-constant.ts");
const statements = explain("src/backends/javascript/print-statement.ts");

export const printingExplanations: readonly Explanation[] = [
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the text of a template is meant.
  instances("instance[`entry${position}`]?.()", "instance[`entry${position}`]()", "each entry has its function"),
  narrowing('each.kind === "load"', "true", "only loads name a buffer"),
  narrowing('each.kind === "var"', "true", "only variables have a name"),
  narrowing('first.value.kind !== "lane"', "false", "only lanes have a number, which is compared next"),
  narrowing('stmt.value.kind !== "lane"', "false", "only lanes have a number, which is compared next"),
  narrowing("position < body.length", "position <= body.length", "nothing stands behind the last statement"),
  narrowing("stmt !== undefined", "true", "types ask for what is never missing"),
  narrowing('stmt.kind !== "store"', "false", "only stores go to a buffer, which is compared next"),
  narrowing('from.kind !== "const"', "false", "what is no constant is at no multiple of four from another end"),
  narrowing('to.kind !== "const"', "false", "what is no constant is at no multiple of four from another end"),
  narrowing('expr.kind === "load"', "false", "how far lanes are apart is not asked of one element"),
  statements('each.kind === "load"', "true", "only loads name a buffer"),
  statements('bound.kind === "var"', "true", "only variables have a name"),
  constants("at < byteLength", "at <= byteLength", "nothing stands behind the last byte"),
  narrowing("stride === write.stride", "true", "places at two paces are no fixed distance apart"),
  narrowing("[]", '["Stryker was here"]', "a text is neither an access nor a distance between two stores"),
];

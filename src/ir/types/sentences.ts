// What is said of a mistake, once: the type checker puts these sentences into the editor (static/check.ts) and the run time
// throws them (diagnostics/catalogue), so what a user searches for is the same text in both places. `{name}` is a blank.
// Sentences go: operation, what differs, both values, the full shapes in parentheses.

export const sentences = {
  W120: "differentiate: the loss is not one float number: {type}",
  W121: "differentiate: a gradient is asked with respect to a tensor that holds no real numbers: {type}",
  W202: "{op}: element types differ: {first} vs {second} ({left} and {right})",
  W203: "matmul: inner dimensions differ: {first} vs {second} ({left} x {right})",
  W204: "{op}: not defined for {dtype}: takes {allowed} ({type})",
  W205: "{op}: axis {axis} is outside a shape of {rank} axes ({shape})",
  W206: "{op}: the axes {axes} do not ascend ({shape})",
  W207: "{op}: extents {first} and {second} do not broadcast ({left} vs {right})",
  W208: "broadcast: {from} does not broadcast to {to}",
  W211: "reshape: element counts differ: {from} to {to} ({first} vs {second})",
  W213: "transpose: {permutation} is not an order of the axes of {shape}",
  W214: "slice: {start}:{end} is not within axis {axis} of extent {extent} ({shape})",
  W215: "{op}: {attribute} is of length {length} for {rank} axes ({shape})",
  W218: "concat: shapes differ off axis {axis}: {first} vs {other}",
  W219: "{op}: no operands",
  W221: "scatterAdd: the axes of {updates} from {axis} on do not begin with those of the indices {indices}",
  W222: "randomBits: the key is i32[2], not {type}",
  W223: "{op}: {length} positions do not fit into axis {axis} of extent {extent} ({type})",
  W230: "{op}: a tensor is expected, not {given}",
  W231: "expectShape: {type} is not of shape {expected}",
  W232: "linear: {given} features given, {expected} expected ({type}, weight {weight})",
  W233: "linear: no axis of features ({type})",
  W234: "linear: the weight must be [out, in], not {weight}",
  W235: "stack: shapes differ: {first} vs {other}",
  W236: "split: the lengths {lengths} do not add up to the {extent} of axis {axis} ({type})",
  W237: "chunk: {parts} equal parts do not make up the {extent} of axis {axis} ({type})",
  W240: "matmul: the {operand} operand has fewer than 2 axes ({type})",
  W241: "{op}: the {operand} must have {axes} axes {layout}, not {type}",
  W242: "{op}: {attribute} must be {numbers} of at least {least}, not {values}",
  W243: "{op}: the window is larger than the padded {axis}: {window} vs {padded} ({images})",
  W244: "{op}: the images have {channels} channels, the weights expect {expected}{among} ({shapes})",
  W245: "{op}: {groups} groups do not divide {channels} channels ({shapes})",
  W246: "{op}: weights must be {layout} with a known window, not {type}",
  W247: "{op}: padding {padding} along the {axis} reaches as far as the window, {window}: a window would hold no element",
  W248: "{op}: the {operand} must be {expected}, not {actual}",
  W249: "crossEntropy: logits must have 2 axes [rows, classes], not {type}",
  W251: "einsum: {index} is {first} and {second} in {formula}",
  W252: "{op}: the {axis} of the images is 0 ({images})",
  W253: "einsum: operand {operand} has {rank} axes and {letters} letters in {formula}",
  W258: "{name}: {argument} is {given}, not {wanted}",
  W259: "{name}: {extent} is {first}, but {argument} has {second} ({given} for {wanted})",
  W260: "{name}: there is no argument {argument}",
  W261: "{name}: the symbol {symbol} stands alone in no argument ({argument}: {given})",
  W265: "{op}: outputPadding {outputPadding} along the {axis} is below neither the stride, {stride}, nor the dilation, {dilation}",
  W266: "{op}: padding {low} and {high} leaves nothing of {reached} along the {axis} ({images})",
  W272: "scan: {first} is {type}, but {name} is {other}",
  W273: "scan: there is no sequence in `over`, so there is no number of steps",
  W274: "scan: step gives no {name} back in its carry",
  W275: "scan: {name} is {before} before a step and {after} after it",
  W277: "recurrent layer: sequences of {inputs} features are expected, not {type}",
  W280: "{op}: the queries have fewer than 2 axes ({type})",
  W281: "{op}: {queries} heads of queries are no multiple of {keys} heads of keys ({left} and {right})",
  W284: "{layer}: {heads} do not divide {whole}",
  W285: "{op}: takes [..., positions, features] with a known even number of features, not {type}",
  W282: "{op}: the {operand} {type} does not broadcast to the scores {scores}",
  W286: "{op}: {given} features given, {expected} expected ({type})",
  W301: "{entry}: input {name} is not fed",
  W302: "{entry}: there is no input {name}",
  W303: "{name}: {dtype} takes {wanted}, got {given}",
  W313: "{entry}: there is no result {name}",
  W501: "training: the loss must be one float, got {type}",
} as const;

/** A code whose sentence both know. */
export type SentenceCode = keyof typeof sentences;

/** The blanks of a sentence. */
type BlanksOf<Text extends string> = Text extends `${string}{${infer Blank}}${infer Rest}`
  ? Blank | BlanksOf<Rest>
  : never;

/** What goes into the blanks of a sentence. */
export type Blanks<C extends SentenceCode> = { readonly [Blank in BlanksOf<(typeof sentences)[C]>]: string | number };

type Filled<Text extends string, Values> = Text extends `${infer Before}{${infer Blank}}${infer Rest}`
  ? Blank extends keyof Values
    ? `${Before}${Values[Blank] & (string | number)}${Filled<Rest, Values>}`
    : never
  : Text;

/** A sentence as the type checker says it, with its code: `W203: matmul: inner dimensions differ: ...`. */
export type Sentence<
  C extends SentenceCode,
  Values extends Blanks<C>,
> = `${C}: ${Filled<(typeof sentences)[C], Values>}`;

/** Any sentence as the type checker says it: no dimension is written like that. */
export type AnySentence = `W${number}: ${string}`;

/** A sentence as the run time says it, without its code. */
export const sentence = <C extends SentenceCode>(code: C, values: Blanks<C>): string => {
  // One row of blanks for each code: TypeScript does not follow that a name read off the sentence is one of its blanks.
  const given: Readonly<Record<string, string | number>> = values;
  return sentences[code].replaceAll(/\{(\w+)\}/g, (_, blank: string) => String(given[blank]));
};

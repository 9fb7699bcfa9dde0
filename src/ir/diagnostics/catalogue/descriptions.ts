// W131 and W140 to W142: descriptions of models and trainings that lack something, or say what cannot be.
import { type CatalogueEntry, entry } from "../entry.ts";

interface DescriptionRows {
  readonly W131: CatalogueEntry<{ symbol: string; op: string }>;
  readonly W140: CatalogueEntry<{ what: string; expected: string; given: string; write: string }>;
  readonly W141: CatalogueEntry<{ of: string; name: string; given: string }>;
  readonly W142: CatalogueEntry<{
    what: string;
    name: string;
    nearest: string | undefined;
    known: readonly string[];
  }>;
}

export const descriptions: DescriptionRows = {
  W131: entry({
    title: "a symbol from nowhere",
    message: ({ symbol, op }) => `${op}: the symbol ${symbol} is in the shape of no input and of no parameter`,
    help: ({ symbol }) =>
      `use a symbol that an input has, write a number, or declare an input with ${symbol} in its shape.`,
    explanation:
      "A symbol stands for an extent that what is fed has. One that occurs in no input and no parameter could be given any number, and is most often a misspelt one.",
    example:
      'inputs: { x: spec("f32", ["B", 3]) }, forward: (p, { x }) => ({ y: x.reshape(["B", 3, 1]) })  // not x.reshape(["N", 3, 1]), where no input has N',
  }),
  W140: entry({
    title: "a part that is missing or of another kind",
    message: ({ what, expected, given }) => `${what}: ${expected} is expected, got ${given}`,
    help: ({ write }) => `write ${write}.`,
    explanation:
      "Descriptions are checked when they are written down and again when they are compiled, so that a missing or misspelt part is named at once and not guessed from what goes wrong later.",
    example:
      'defineModel({ name: "digits", params: {}, inputs: { x: spec("f32", ["B"]) }, forward: (p, { x }) => ({ y: x }) })  // not inputs: ["B"]',
  }),
  W141: entry({
    title: "a result that is no tensor",
    message: ({ of, name, given }) => `${of}: ${JSON.stringify(name)} is not a tensor but ${given}`,
    help: ({ name }) =>
      `give a tensor of this very description: { ${JSON.stringify(name)}: x }, or constant(1, []) for a number.`,
    explanation:
      "What forward and metrics give is computed when the compiled program runs, so it must be tensors, each under a name.",
    example: "forward: (p, { x }) => ({ logits: p.hidden(x) })  // not ({ logits: 3 })",
  }),
  W142: entry({
    title: "no such option",
    message: ({ what, name }) => `${what}: there is no option ${JSON.stringify(name)}`,
    help: ({ nearest, known }) => {
      if (nearest !== undefined) return `did you mean ${JSON.stringify(nearest)}?`;
      return known.length === 1 ? `the only option is ${known[0]}.` : `the options are ${known.join(", ")}.`;
    },
    explanation:
      "An option that is not known is almost always a misspelt one. Passing over it would compile or run something else than was meant, without a word.",
    example: 'compile(model, { dims: { B: 32 }, backend: "wasm" })  // not { dim: { B: 32 } }',
  }),
};

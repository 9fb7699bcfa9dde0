// docs/functions.md and docs/layers.md: what users call, with what the sources say of it.
import { type ExportedFunction, filesBehind, functionsIn, namesFrom, openingOf, typesIn } from "./exports.ts";
import { layerExamples } from "./layer-examples.ts";
import { bullets, code, fenced, markdownTable, page } from "./markdown.ts";

const functionSection = (
  { name, call, doc, file, options, refuses, source, example }: ExportedFunction,
  more: readonly string[] = [],
): readonly string[] => [
  `### ${name}`,
  code(call),
  doc,
  ...more,
  ...(options.length === 0 ? [] : [bullets(options.map((option) => `${code(option.name)}: ${option.doc}`))]),
  ...(example === "" ? [] : [fenced("ts", example)]),
  [
    ...(refuses === "" ? [] : [`Refuses: ${refuses}`]),
    ...(source === "" ? [] : [`Source: ${source}`]),
    `Defined in [${file}](../${file}).`,
  ].join(" "),
];

/** What is said of the types of functions that a layer's own text names, or that of its type. */
const behaviour = ({ file, name: layer, text }: ExportedFunction): readonly string[] => {
  const isOwn = (name: string): boolean => name.toLowerCase() === `make${layer}`.toLowerCase();
  const makers = typesIn(file, "").filter(({ name }) => isOwn(name));
  const whole = [text, ...makers.map((maker) => maker.text)].join("\n");
  return typesIn(file, "Function").flatMap(({ name, doc }) => (new RegExp(`\\b${name}\\b`).test(whole) ? [doc] : []));
};

const layerSection = (layer: ExportedFunction): readonly string[] => {
  const example = layerExamples.find(({ name }) => name === layer.name);
  const parameters = example?.parameters.map(([name, shape]) => [code(name), code(shape)]) ?? [];
  return functionSection(layer, [
    ...behaviour(layer),
    ...(example === undefined || parameters.length === 0
      ? []
      : [markdownTable([`parameter of ${code(example.text)}`, "shape"], parameters)]),
  ]);
};

/** The functions that an index hands on, in its order, but for those that it takes from elsewhere. */
const handedOn = (index: string): readonly ExportedFunction[] =>
  filesBehind(index).flatMap((file) => {
    const names = namesFrom(index, file);
    return functionsIn(file).filter(({ name }) => names === undefined || names.has(name));
  });

/** docs/functions.md. */
export const functionsPage = (): string =>
  page("Functions", [
    "The functions of tensors that `weftgraph` exports. What a question mark follows may be left out. Shapes are checked in the editor where they are known there, and again when the graph is described; codes are those of [errors.md](errors.md). Examples stand in a `forward`, and what a comment says is what comes out ([api.md](api.md)).",
    ...filesBehind("src/ir/functions/index.ts").flatMap((file) => [
      `## ${openingOf(file).split(/[.:,;] |\.$/)[0]}`,
      ...functionsIn(file).flatMap((each) => functionSection(each)),
    ]),
  ]);

/** The layers that `weftgraph/nn` hands on: what is its own and no loss. */
export const layerFunctions = (): readonly ExportedFunction[] =>
  handedOn("src/nn/index.ts").filter(({ file }) => file.startsWith("src/nn/") && !file.includes("/losses/"));

/** docs/layers.md. */
export const layersPage = (): string => {
  const layers = layerFunctions();
  const losses = [
    ...handedOn("src/ir/functions/index.ts").filter(({ file }) => file.endsWith("/loss.ts")),
    ...handedOn("src/nn/losses/index.ts"),
  ];
  return page("Layers, losses, optimizers", [
    "A layer is a tree of parameters and the function they are for: `linear(784, 128)` stands among the `params` of a model, and is called with a tensor in its `forward`. Names and layouts of parameters are PyTorch's.",
    "## Layers",
    ...layers.flatMap(layerSection),
    "## Losses",
    'Each gives one number, the mean, unless `reduction` is `"sum"` or `"none"`.',
    ...losses.flatMap((each) => functionSection(each)),
    "## Optimizers and schedules",
    "A learning rate is a number or a schedule.",
    ...handedOn("src/optim/index.ts").flatMap((each) => functionSection(each)),
  ]);
};

// docs/functions.md and docs/layers.md: what users call, with what the sources say of it.
import { type ExportedFunction, filesBehind, functionsIn, namesFrom, openingOf, typesIn } from "./exports.ts";
import { bullets, code, markdownTable, page } from "./markdown.ts";

/** A shape as the layer's types write it; of a shape with a name of its own, what is said about that. */
const shapeText = (shape: string, file: string): string => {
  if (shape.startsWith("[")) return shape;
  const [named] = typesIn(file, shape.replace(/<.*$/s, ""));
  return /\[[^\]]*\]/.exec(named?.doc ?? "")?.[0] ?? shape;
};

/** The parameters of layers by name, with their shapes as their types say them. */
const parametersIn = (file: string): readonly (readonly [name: string, shape: string])[] => {
  const found = typesIn(file, "Params").flatMap(({ text }) =>
    [...text.matchAll(/readonly (\w+)\??: ParamSpec<(\[[^\]]*\]|\w+(?:<[^>]*>)?)/g)].map(
      ([, name = "", shape = ""]): [string, string] => [name, shapeText(shape, file)],
    ),
  );
  return [...new Map(found)];
};

const functionSection = (
  { name, call, doc, file, options }: ExportedFunction,
  more: readonly string[] = [],
): readonly string[] => [
  `### ${name}`,
  code(call),
  doc,
  ...more,
  ...(options.length === 0 ? [] : [bullets(options.map((option) => `${code(option.name)}: ${option.doc}`))]),
  `Defined in [${file}](../${file}).`,
];

const layerSection = (layer: ExportedFunction): readonly string[] => {
  const parameters = parametersIn(layer.file).map(([name, shape]) => [code(name), code(shape)]);
  return functionSection(layer, [
    ...typesIn(layer.file, "Function").map(({ doc }) => doc),
    ...(parameters.length === 0 ? [] : [markdownTable(["parameter", "shape"], parameters)]),
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
    "The functions of tensors that `weftgraph` exports. What a question mark follows may be left out. Shapes are checked in the editor where they are known there, and again when the graph is described.",
    ...filesBehind("src/ir/functions/index.ts").flatMap((file) => [
      `## ${openingOf(file).split(/[.:,;] |\.$/)[0]}`,
      ...functionsIn(file).flatMap((each) => functionSection(each)),
    ]),
  ]);

/** docs/layers.md. */
export const layersPage = (): string => {
  const layers = handedOn("src/nn/index.ts").filter(
    ({ file }) => file.startsWith("src/nn/") && !file.includes("/losses/"),
  );
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

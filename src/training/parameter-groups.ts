// Which parameters a training leaves as they are, and which it trains otherwise than the rest. Both are said by paths, or by what
// stands before them: `blocks.0` names all parameters of that block.
import { reject } from "../ir/diagnostics/diagnostic.ts";
import { isRecord } from "../ir/diagnostics/expect.ts";
import { inWords } from "../ir/diagnostics/in-words.ts";
import type { Location } from "../ir/diagnostics/location.ts";
import { nearestName } from "../ir/diagnostics/nearest.ts";
import { isFloat } from "../ir/types/dtype.ts";
import { requireFunction } from "../model/declaration.ts";
import { flattenSpecs, type ParamSpec, type SpecTree, type TrainablePath } from "../model/parameter.ts";
import type { LearningRate, Optimizer } from "../optim/optimizer.ts";

/** Paths, and what stands before a point in them. */
type WithPrefixes<Path extends string> = Path extends `${infer First}.${infer Rest}`
  ? First | `${First}.${WithPrefixes<Rest>}`
  : Path;

/** What names parameters that are trained: `blocks.0.up.weight`, or `blocks.0` and `blocks` for all of them. */
export type PathPrefix<T> = WithPrefixes<TrainablePath<T>>;

/** Parameters that are trained otherwise than the rest: at a learning rate of their own, or by another optimizer. */
export interface ParameterGroup<Prefix extends string = string> {
  /** Their paths, or what stands before them. Of several groups that a parameter is in, the longest prefix decides. */
  readonly parameters: readonly Prefix[];
  /** A learning rate in the place of the optimizer's. */
  readonly learningRate?: LearningRate;
  /** An optimizer in the place of the training's. */
  readonly optimizer?: Optimizer;
}

/** What a training says of its parameters. */
interface Grouping {
  readonly optimizer: Optimizer;
  readonly freeze?: readonly string[];
  readonly groups?: readonly ParameterGroup[];
}

/** Whether a parameter has a gradient, which an optimizer could follow. */
export const isTrainable = ({ trainable, dtype }: ParamSpec): boolean => trainable && isFloat(dtype);

const isOf = (path: string, prefix: string): boolean => path === prefix || path.startsWith(`${prefix}.`);

/** Whether a parameter stays as it is. */
export const isFrozen = ({ freeze = [] }: Grouping, path: string): boolean =>
  freeze.some((prefix) => isOf(path, prefix));

/** The group that says most about a parameter. */
const groupOf = (groups: readonly ParameterGroup[], path: string): ParameterGroup | undefined => {
  let found: ParameterGroup | undefined;
  let longest = -1;
  for (const group of groups)
    for (const prefix of group.parameters)
      if (isOf(path, prefix) && prefix.length > longest) [found, longest] = [group, prefix.length];
  return found;
};

/** The optimizer of a parameter, at its learning rate. */
export const optimizerOf = ({ optimizer, groups = [] }: Grouping, path: string): Optimizer => {
  const { optimizer: own = optimizer, learningRate = own.learningRate } = groupOf(groups, path) ?? {};
  return { ...own, learningRate };
};

const checkLearningRate = (what: string, learningRate: unknown, location: Location): void => {
  if (typeof learningRate === "function" || (typeof learningRate === "number" && Number.isFinite(learningRate))) return;
  const [expected, write] = ["a finite number or a function of the step", "learningRate: 0.1"];
  reject("W140", { what, expected, given: inWords(learningRate), write }, { location });
};

/** Refuses (W140) what is no optimizer. */
export const checkOptimizer = (what: string, optimizer: unknown, location: Location): void => {
  const { update, learningRate }: { readonly update?: unknown; readonly learningRate?: unknown } = isRecord(optimizer)
    ? optimizer
    : {};
  requireFunction(`${what}: the optimizer's update`, update, "optimizer: sgd({ learningRate: 0.1 })", location);
  checkLearningRate("learningRate", learningRate, location);
};

const requireList = (what: string, value: unknown, write: string, location: Location): readonly unknown[] => {
  if (Array.isArray(value)) return value;
  return reject("W140", { what, expected: "a list", given: inWords(value), write }, { location });
};

/** Each name with what stands before a point in it. */
const withPrefixes = (path: string): readonly string[] => {
  const parts = path.split(".");
  return parts.map((_, at) => parts.slice(0, at + 1).join("."));
};

/** The names among what was given; refuses those that fit nothing. */
const checkedNames = (
  what: string,
  names: readonly unknown[],
  params: SpecTree,
  location: Location,
): readonly string[] => {
  const paths = flattenSpecs(params).flatMap(([path, spec]) => (isTrainable(spec) ? [path] : []));
  const known = [...new Set(paths.flatMap(withPrefixes))];
  return names.map((name) => {
    if (typeof name !== "string") {
      const write = `[${JSON.stringify(known[0] ?? "hidden")}]`;
      return reject("W140", { what, expected: "the path of a parameter", given: inWords(name), write }, { location });
    }
    if (known.includes(name)) return name;
    return reject("W508", { what, name, nearest: nearestName(name, known), known: paths }, { location });
  });
};

const checkedGroup = (group: unknown, params: SpecTree, location: Location): readonly string[] => {
  const [what, write] = ["training: groups", 'groups: [{ parameters: ["output"], learningRate: 0.01 }]'];
  if (!isRecord(group))
    return reject("W140", { what, expected: "a record", given: inWords(group), write }, { location });
  const { parameters, learningRate, optimizer } = group;
  const names = checkedNames(what, requireList(`${what}: parameters`, parameters, write, location), params, location);
  if (learningRate === undefined && optimizer === undefined)
    reject("W140", { what, expected: "a learningRate or an optimizer", given: "neither", write }, { location });
  if (optimizer !== undefined) checkOptimizer(what, optimizer, location);
  if (learningRate !== undefined) checkLearningRate(`${what}: learningRate`, learningRate, location);
  return names;
};

/**
 * Refuses names of parameters that are not there or are not trained (W508), a name in two groups (W509), and what is no list, group
 * or optimizer (W140).
 */
export const checkGrouping = (
  options: Readonly<Record<string, unknown>>,
  params: SpecTree,
  location: Location,
): void => {
  const { freeze = [], groups = [] } = options;
  const example = 'freeze: ["embedding", "blocks.0"]';
  checkedNames("training: freeze", requireList("training: freeze", freeze, example, location), params, location);
  const write = 'groups: [{ parameters: ["output"], learningRate: 0.01 }]';
  const listed = requireList("training: groups", groups, write, location);
  const names = listed.flatMap((group) => [...new Set(checkedGroup(group, params, location))]);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) reject("W509", { name: twice }, { location });
};

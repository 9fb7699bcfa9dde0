// Random graphs: steps are drawn (steps.ts), and a graph grows by one after the other (growth.ts), from values that are there.
// Nothing is discarded. A graph shrinks by dropping steps and by shrinking the use of an op in each.
import fc from "fast-check";
import { optionNames, requireKnownOptions } from "../../ir/diagnostics/known-options.ts";
import type { Entry, Graph, NamedValue, ValueId } from "../../ir/graph/graph.ts";
import { type OpKind, opOf } from "../../ir/ops/index.ts";
import { printGraph } from "../../ir/text/print.ts";
import { isKnown } from "../../ir/types/dim.ts";
import { type KnownType, sizeOf } from "../../ir/types/ndarray.ts";
import { sameType } from "../../ir/types/tensor-type.ts";
import { shrinking } from "../shrinking/shrinking.ts";
import { gradientOutputs } from "./gradient-outputs.ts";
import type { GraphCase } from "./graph-case.ts";
import { type Growth, type GrowthPlan, offer, operand, plant, startGrowth } from "./growth.ts";
import { motifs as allMotifs } from "./motifs/index.ts";
import { type Motifs, writeMotif } from "./motifs/motif.ts";
import { type Step, type StepOptions, stepsOf, type UseStep } from "./steps.ts";
import { randomFrom, type ValueProfile } from "./values.ts";

export type { GraphCase } from "./graph-case.ts";
export { computingOps } from "./steps.ts";

/** What random graphs are made of. */
export interface GraphOptions {
  /**
   * The kinds of op to use, or how often each is drawn; all by default. Leaves and conversions are added where they are
   * needed. Where ops are said and motifs are not, there are none.
   */
  readonly ops?: readonly OpKind[] | Readonly<Partial<Record<OpKind, number>>>;
  /** Patterns to write, by name, beside single ops: all of the library by default. */
  readonly motifs?: Motifs;
  /** The share of motifs among steps; 0.3 by default. */
  readonly motifShare?: number;
  /** Whether each graph is made of a random part of the ops and motifs; yes by default. */
  readonly swarm?: boolean;
  /** How many steps (uses of an op, motifs) at most; 6 by default. Conversions come on top. */
  readonly maxSteps?: number;
  /** The share of large graphs, of 48 to 200 nodes; 0.1 by default, none where `maxSteps` is said. */
  readonly large?: number;
  /** What leaves are drawn from; by default all profiles, ordinary numbers most often, and in some graphs mixed. */
  readonly values?: readonly ValueProfile[];
  /** The largest tensor; larger uses of ops are made smaller. 4096 by default. */
  readonly maxElements?: number;
  /** How often, of 1, an operand is rather a value that is read already; 0.35 by default. */
  readonly sharing?: number;
  /** Whether every way from floats to results has a slope, nearly everywhere: no comparisons, no integers made of floats. */
  readonly differentiable?: boolean;
  /** Whether the results include a number made of all others, and its gradients by all float leaves. Implies `differentiable`. */
  readonly gradients?: boolean;
}

const known = optionNames<GraphOptions>({
  ops: true,
  motifs: true,
  motifShare: true,
  swarm: true,
  maxSteps: true,
  large: true,
  values: true,
  maxElements: true,
  sharing: true,
  differentiable: true,
  gradients: true,
});

const defaultProfiles: readonly ValueProfile[] = [
  ...Array.from<ValueProfile>({ length: 6 }).fill("normal"),
  ...Array.from<ValueProfile>({ length: 3 }).fill("whole"),
  ...Array.from<ValueProfile>({ length: 3 }).fill("special"),
  "wide",
  "bits",
  "ties",
  "ties",
  "conditioned",
];

const isEmpty = ({ shape }: KnownType): boolean => sizeOf(shape) === 0;

const addUse = (growth: Growth, { op, operands, attrs, picks }: UseStep): void => {
  const definition = opOf(op);
  const chosen = operands.map((type, position) => {
    const range = definition.operandRange?.(position, operands, attrs);
    const pick = picks[position % picks.length] ?? 0;
    if (range === undefined || isEmpty(type)) return operand(growth, type, pick);
    return plant(growth, type, pick, isKnown(range) ? range : 1);
  });
  for (const value of growth.trace.builder.emit(op, chosen, { ...attrs })) offer(growth, value);
};

const addStep = (growth: Growth, step: Step): void => {
  if (step.kind === "use") addUse(growth, step);
  else writeMotif(growth, step.motif, step.seed);
};

/** Most values that nothing reads leave the graph, and now and then one that is read, or one twice. */
const outputsOf = ({ values, read }: Growth, random: () => number): readonly ValueId[] => {
  const unread = values.filter((value) => !read.has(value));
  const kept = unread.filter((_, position) => position === unread.length - 1 || random() > 0.06);
  const others = values.filter((value) => read.has(value) && random() < 0.04);
  const wanted = [...kept, ...others];
  const [first] = wanted;
  if (first === undefined) return values.slice(-1);
  return random() < 0.02 ? [...wanted, first] : wanted;
};

/** A parameter becomes the newest value of its type, in most graphs some of them. */
const updatesOf = ({ trace, values, parameters }: Growth, random: () => number): readonly NamedValue[] =>
  [...parameters].flatMap(([name, type], position): NamedValue[] => {
    const newest = values.findLast((value) => sameType(trace.builder.typeOf(value), type));
    return newest === undefined || (position > 0 && random() < 0.5) ? [] : [{ name, value: newest }];
  });

const entryOf = (growth: Growth, gradients: boolean): Entry => {
  const random = randomFrom(growth.seed);
  const wanted = outputsOf(growth, random);
  const outputs = wanted.map((value, position): NamedValue => ({ name: `y${position}`, value }));
  const slopes = gradients ? gradientOutputs(growth, wanted) : [];
  return { name: "main", outputs: [...outputs, ...slopes], updates: updatesOf(growth, random) };
};

const describe = (graph: Graph, { profiles, seed }: GrowthPlan): string =>
  `values: ${[...new Set(profiles)].join(", ")}, seed ${seed}\n${printGraph(graph)}`;

const caseOf = (plan: GrowthPlan, steps: readonly Step[], gradients: boolean): GraphCase => {
  const growth = startGrowth(plan);
  for (const step of steps) addStep(growth, step);
  if (growth.values.length === 0) offer(growth, plant(growth, { dtype: "f32", shape: [] }, 0));
  const graph = growth.trace.builder.finish("random", [entryOf(growth, gradients)]);
  const drawn: GraphCase = {
    graph,
    feeds: Object.fromEntries(growth.inputs),
    parameters: Object.fromEntries(growth.parameters),
    origin: {
      motifs: steps.flatMap((step) => (step.kind === "motif" ? [step.name] : [])),
      profiles: [...new Set(plan.profiles)],
    },
  };
  return Object.defineProperty(drawn, fc.toStringMethod, { value: () => describe(graph, plan) });
};

/** Steps for 48 to 200 nodes, of which a step makes some five. */
const largeLengths = { min: 14, max: 34 };

/** No tensor of a large graph has more elements, so that it can be interpreted in a moment. */
const largeElements = 512;

const drawnGraphs = (options: GraphOptions): fc.Arbitrary<GraphCase> => {
  const { maxSteps = 6, large = options.maxSteps === undefined ? 0.1 : 0, values, maxElements = 4096 } = options;
  const { sharing = 0.35, gradients = false, differentiable = gradients } = options;
  const chosen: StepOptions = {
    ops: options.ops,
    motifs: options.motifs ?? (options.ops === undefined ? allMotifs : {}),
    motifShare: options.motifShare ?? 0.3,
    swarm: options.swarm ?? true,
    differentiable,
  };
  const few = stepsOf(chosen, maxElements)({ min: 1, max: maxSteps });
  const many = stepsOf(chosen, Math.min(maxElements, largeElements))(largeLengths);
  const parts = Math.round(large * 1000);
  const mixed = [...new Set(values ?? defaultProfiles)];
  return fc
    .record({
      steps: fc.oneof({ weight: 1000 - parts, arbitrary: few }, { weight: parts, arbitrary: many }),
      seed: fc.nat(),
      profiles: fc.oneof(
        { weight: 7, arbitrary: fc.constantFrom(...(values ?? defaultProfiles)).map((profile) => [profile]) },
        { weight: 1, arbitrary: fc.constant(mixed) },
      ),
    })
    .map(({ steps, seed, profiles }) =>
      caseOf({ seed, profiles, sharing, differentiable, maxElements }, steps, gradients),
    );
};

/**
 * Random graphs with values to run them on: an arbitrary of fast-check. They shrink as graphs, not as the steps that
 * they were drawn from.
 *
 * @example
 * import fc from "fast-check";
 * const cases = fc.sample(graphs({ ops: ["matmul"], maxSteps: 2 }), { numRuns: 5, seed: 1 });
 * cases.length; // 5
 */
export const graphs = (options: GraphOptions = {}): fc.Arbitrary<GraphCase> => {
  requireKnownOptions("graphs", options, known);
  return shrinking(drawnGraphs(options));
};

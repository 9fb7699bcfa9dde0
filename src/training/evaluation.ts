// How good a model is on data it is not trained with: its loss and metrics, averaged over all examples, nothing changed.
// The evaluation is a program of its own, made from the training's description when it is first asked for, so that a
// training module does not carry it. The last examples that fill no batch get a program of their size: nothing is padded
// and nothing left out, and the averages are those of all examples.
import { type CompiledGraph, compileGraphAsync } from "../compile/compile-graph.ts";
import { reject } from "../ir/diagnostics/diagnostic.ts";
import type { Graph } from "../ir/graph/graph.ts";
import { withTrace } from "../ir/graph/trace.ts";
import type { Named } from "../ir/types/named.ts";
import type { Feeds } from "../ir/types/static/feeds.ts";
import { declareInputs, finishGraph, located, namedValues, traceModel } from "../model/model.ts";
import type { AnyFeeds } from "./compiled-model.ts";
import { commonRows, entryOf, exampleArrays, slicedRows } from "./example-arrays.ts";
import { type Figures, figuresOf, weightedMean } from "./figures.ts";
import { type AnyTrainer, anyTrainer, type TrainerOf } from "./trainer.ts";
import type { AnyTraining } from "./training.ts";
import { type CheckData, isStream, openStream, type TrainingData } from "./training-data.ts";
import { judge } from "./training-graph.ts";

const evaluationEntry = "evaluate";

/** The graph of a training's loss and metrics at inference, with one entry point, which changes nothing. */
const evaluationGraph = (description: AnyTraining): Graph => {
  const { model, options, location } = description;
  const { trace, inputs, outputs } = traceModel(model);
  return located(location, () =>
    withTrace(trace, () => {
      const all = { ...inputs, ...declareInputs(trace, options.inputs ?? {}) };
      const { loss, metrics } = judge(description, outputs, all);
      const results = namedValues(trace, { loss, ...metrics });
      return finishGraph(trace, model.name, [{ name: evaluationEntry, outputs: results, updates: [] }]);
    }),
  );
};

/** The symbol that counts the examples of a batch, if the first axes of all inputs have one in common. */
const batchSymbol = ({ model, options }: AnyTraining): string | undefined => {
  const specs = Object.values({ ...model.inputs, ...options.inputs });
  const [first, ...others] = new Set(specs.map(({ shape }) => shape[0]));
  return others.length === 0 && typeof first === "string" && /^[A-Za-z_]\w*$/.test(first) ? first : undefined;
};

/** Programs that evaluate a trainer's model, by the size of their batches. */
type Evaluators = Map<number | "compiled", Promise<CompiledGraph>>;

const evaluators = new WeakMap<AnyTrainer, Evaluators>();

const evaluatorOf = (trainer: AnyTrainer, rows: number | "compiled"): Promise<CompiledGraph> => {
  const known: Evaluators = evaluators.get(trainer) ?? new Map();
  evaluators.set(trainer, known);
  const { description, options } = trainer;
  const symbol = batchSymbol(description);
  const dims = rows === "compiled" || symbol === undefined ? options.dims : { ...options.dims, [symbol]: rows };
  const found =
    known.get(rows) ?? compileGraphAsync(evaluationGraph(description), { ...options, ...(dims && { dims }) });
  known.set(rows, found);
  return found;
};

/** Gives a program the parameters that the trainer has now. */
const refresh = ({ executable }: CompiledGraph, { parameters }: AnyTrainer): void => {
  for (const { name } of executable.parameters) executable.write(name, parameters.get(name));
};

/** Loss and metrics over data, and how many examples they are of. */
export interface Evaluation {
  readonly examples: number;
  readonly figures: Figures;
}

const evaluateArrays = async (trainer: AnyTrainer, data: AnyFeeds): Promise<Evaluation> => {
  const whole = await evaluatorOf(trainer, "compiled");
  const arrays = exampleArrays(whole, evaluationEntry, data);
  const batch = commonRows(entryOf(whole, evaluationEntry).inputs) ?? 1;
  const rest = batch === 0 || batchSymbol(trainer.description) === undefined ? 0 : arrays.count % batch;
  const parts: (readonly [Figures, number])[] = [];
  const add = ({ executable }: CompiledGraph, start: number, rows: number): void => {
    const results = executable.run(evaluationEntry, slicedRows(arrays, start, rows));
    parts.push([figuresOf(results, rows), rows]);
  };
  const batches = batch === 0 ? 0 : Math.floor(arrays.count / batch);
  if (batches > 0) refresh(whole, trainer);
  for (let at = 0; at < batches; at++) add(whole, at * batch, batch);
  if (rest > 0) {
    const partial = await evaluatorOf(trainer, rest);
    refresh(partial, trainer);
    add(partial, batches * batch, rest);
  }
  if (parts.length === 0) reject("W513", { what: "evaluate", examples: arrays.count, batch });
  return { examples: batches * batch + rest, figures: weightedMean(parts) };
};

/** Evaluates on whatever form of data. */
export const evaluateOn = async (trainer: AnyTrainer, data: TrainingData<AnyFeeds>): Promise<Evaluation> => {
  if (!isStream(data)) return evaluateArrays(trainer, data);
  const whole = await evaluatorOf(trainer, "compiled");
  refresh(whole, trainer);
  const rows = commonRows(entryOf(whole, evaluationEntry).inputs) ?? 1;
  const parts: (readonly [Figures, number])[] = [];
  for await (const feeds of openStream(data, 0))
    parts.push([figuresOf(whole.executable.run(evaluationEntry, feeds), rows), rows]);
  if (parts.length === 0) reject("W514", { what: "evaluate", epoch: 0 });
  return { examples: parts.length * rows, figures: weightedMean(parts) };
};

/**
 * The loss and the scalar metrics of a trainer's model over data, averaged over all examples: `{ loss, right }`. Losses and
 * float metrics are taken for means over their batch; whole numbers count examples and become shares. Nothing is changed.
 * Data are arrays with one row per example, or batches one after the other.
 *
 * @throws W510 to W512 arrays that do not fit the inputs; W513 fewer examples than a batch; W514 data without a batch; and
 * what describing the model again refuses.
 * @example
 * const { loss } = await evaluate(trainer, data);
 * loss !== undefined && loss > 0; // true
 */
export const evaluate = async <I extends Named, Data = TrainingData<Feeds<I>>>(
  trainer: TrainerOf<I>,
  data: CheckData<"evaluate", I, Data>,
): Promise<Figures> =>
  // The types of data have done their work.
  (await evaluateOn(anyTrainer(trainer, "evaluate"), data as unknown as TrainingData<AnyFeeds>)).figures;

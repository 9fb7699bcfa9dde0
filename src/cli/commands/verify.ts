// `weft verify`: the promise of equal bits, tried on one's own model. WebAssembly, closures and printed JavaScript run the
// same random values; every bit of every output and of every updated parameter is compared. Some runs are judged by
// the float64 meaning and what rounding can do to it; what fails is made as small as it gets.
import { planGraph } from "../../compile/plan-graph.ts";
import { type Diagnostic, diagnostic, WeftError } from "../../ir/diagnostics/diagnostic.ts";
import { counted, table } from "../../ir/diagnostics/table.ts";
import { failureReport } from "../../testing/kit/backends-agree.ts";
import {
  type Examination,
  type Failure as ExaminedFailure,
  examine,
  type TensorReport,
} from "../../testing/kit/examine.ts";
import { type AnyCommand, defineCommand } from "../command.ts";
import { loadModel } from "../load-model.ts";
import { modelOptions, parseCount, parseDims, requireDims } from "../options.ts";

const short = (value: number): string => (value === 0 ? "0" : value.toExponential(1));

/** How near the meaning a tensor is: the largest error, that as a share of what rounding may do, and what could not be judged. */
const closeness = ({ error, judged, uninformative, illConditioned }: TensorReport): readonly string[] => {
  if (error === undefined) return ["", "", ""];
  const weak = judged === 0 ? 0 : (uninformative + illConditioned) / judged;
  return [short(error.absolute), `${(100 * error.share).toPrecision(2)} %`, `${(100 * weak).toPrecision(2)} %`];
};

const reportTable = ({ backends, tensors }: Examination): string => {
  const [left, ...others] = backends;
  const head = ["entry", "tensor", "type", ...others.map((right) => `${left} = ${right}`), "error", "of bound", "open"];
  const rows = tensors.map((tensor) => [
    tensor.entry,
    tensor.tensor,
    tensor.type,
    ...others.map((right) => (tensor.differing.includes(right) ? "DIFFERS" : "equal")),
    ...closeness(tensor),
  ]);
  return table([head, ...rows]);
};

/** An element with all its digits and its sign. */
const exactly = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

const diagnosticOf = (failure: ExaminedFailure, report?: string): Diagnostic => {
  const { entry, tensor, type, element, left, right, got, wanted, bound, run, seed } = failure;
  const shared = { where: `entry ${entry}, ${tensor}: ${type}`, element, run, seed };
  const context = report === undefined ? {} : { report };
  return failure.kind === "bits"
    ? diagnostic("W630", { ...shared, left, leftValue: exactly(wanted), right, rightValue: exactly(got) }, context)
    : diagnostic("W631", { ...shared, got: exactly(got), wanted: exactly(wanted), bound }, context);
};

/** What was found, as errors; the first with a report of the smallest part of the graph that shows it. */
const findings = async ([first, ...others]: readonly ExaminedFailure[]): Promise<WeftError | undefined> => {
  if (first === undefined) return undefined;
  const report = await failureReport(first, first.run);
  return new WeftError([diagnosticOf(first, report), ...others.map((each) => diagnosticOf(each))]);
};

export const verify: AnyCommand = defineCommand({
  name: "verify",
  summary: "Runs all backends on random values and compares every bit of every result.",
  options: {
    ...modelOptions,
    runs: {
      type: "string",
      valueHint: "N",
      description: "How many times, 20 unless given; every fourth with extreme values.",
    },
    seed: { type: "string", valueHint: "N", description: "The seed of the first run, 0 unless given." },
    reference: {
      type: "string",
      valueHint: "N",
      description: "How many runs the float64 reference joins, 1 unless given.",
    },
  },
  examples: [
    "weft verify model.ts --dims B=4",
    "weft verify model.ts --dims B=4 --runs 100 --seed 7",
    "weft verify model.ts --dims B=4 --reference 5",
  ],
  run: async (values, ui) => {
    const dims = parseDims(values.dims);
    const runs = parseCount("--runs", values.runs, 1, 20);
    const seed = parseCount("--seed", values.seed, 0, 0);
    const referenceRuns = parseCount("--reference", values.reference, 0, 1);
    const loaded = await loadModel(values.model, values.export);
    const graph = loaded.graph();
    requireDims(graph, dims, "and compiled code has fixed extents");
    const planned = planGraph(graph, { dims });
    const progress = ui.progress("verify", runs * planned.program.entries.length);
    const onProgress = (): void => progress.step();
    const report = await examine(planned, loaded.model, { runs, seed, referenceRuns, onProgress });
    progress.end();
    ui.print(
      `${ui.palette.bold(`${loaded.kind} ${loaded.name}`)}: ${counted(runs, "run")}, seeds ${seed} to ${seed + runs - 1}`,
    );
    ui.print(reportTable(report));
    const error = await findings(report.failures);
    if (error !== undefined) throw error;
    ui.print(`all bits of ${counted(report.tensors.length, "tensor")} are equal on ${report.backends.join(", ")}`);
  },
});

// `weft verify`: the promise of equal bits, tried on one's own model. WebAssembly, closures and printed JavaScript run the
// same random values; every bit of every output and of every updated parameter is compared. The float64 reference is run
// beside them, to say how far rounding takes the program from what the graph means.
import { planGraph } from "../../compile/plan-graph.ts";
import { reject, WeftError } from "../../ir/diagnostics/diagnostic.ts";
import { counted, table } from "../../ir/diagnostics/table.ts";
import { type AnyCommand, defineCommand } from "../command.ts";
import { loadModel } from "../load-model.ts";
import { modelOptions, parseCount, parseDims, requireDims } from "../options.ts";
import { contestants, type VerifyReport, verifyBackends } from "../verify-backends.ts";

/** What f32 reaches in networks that are not chaotic, with room to spare; a wrong formula is far above. */
const usualTolerance = 1e-3;

const parseTolerance = (text: string | undefined): number => {
  if (text === undefined) return usualTolerance;
  const tolerance = Number(text);
  if (!(tolerance >= 0))
    reject("W605", { option: "--tolerance", given: text, wanted: "a number from 0 up, such as 1e-5" });
  return tolerance;
};

const reportTable = ({ backends, tensors }: VerifyReport): string => {
  const [left, ...others] = backends;
  const head = ["entry", "tensor", "type", ...others.map((right) => `${left} = ${right}`), "relative error"];
  const rows = tensors.map(({ entry, tensor, type, differing, error }) => [
    entry,
    tensor,
    type,
    ...others.map((right) => (differing.includes(right) ? "DIFFERS" : "equal")),
    error === undefined ? "" : error === 0 ? "0" : error.toExponential(1),
  ]);
  return table([head, ...rows]);
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
    tolerance: {
      type: "string",
      valueHint: "X",
      description: "The relative error against it that is accepted, 1e-3 unless given.",
    },
  },
  examples: [
    "weft verify model.ts --dims B=4",
    "weft verify model.ts --dims B=4 --runs 100 --seed 7",
    "weft verify model.ts --dims B=4 --reference 5 --tolerance 1e-5",
  ],
  run: async (values, ui) => {
    const dims = parseDims(values.dims);
    const tolerance = parseTolerance(values.tolerance);
    const runs = parseCount("--runs", values.runs, 1, 20);
    const seed = parseCount("--seed", values.seed, 0, 0);
    const referenceRuns = parseCount("--reference", values.reference, 0, 1);
    const loaded = await loadModel(values.model, values.export);
    const graph = loaded.graph();
    requireDims(graph, dims, "and compiled code has fixed extents");
    const planned = planGraph(graph, { dims });
    const progress = ui.progress("verify", runs * planned.program.entries.length);
    const options = { runs, seed, referenceRuns, tolerance };
    const report = verifyBackends(planned, loaded.model, await contestants(planned), options, progress);
    progress.end();
    ui.print(
      `${ui.palette.bold(`${loaded.kind} ${loaded.name}`)}: ${counted(runs, "run")}, seeds ${seed} to ${seed + runs - 1}`,
    );
    ui.print(reportTable(report));
    const [first, ...others] = report.findings;
    if (first !== undefined) throw new WeftError([first, ...others]);
    ui.print(`all bits of ${counted(report.tensors.length, "tensor")} are equal on ${report.backends.join(", ")}`);
  },
});

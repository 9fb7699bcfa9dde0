// The package entry `weftgraph/node`: what training does on a machine with a disk and a terminal. The main entry, which
// also loads in browsers, has the training itself.
export { type CheckpointOptions, checkpoints, loadCheckpoint } from "../../training/checkpoint.ts";
export { type CsvFileOptions, csvFile } from "./csv-file.ts";
export { htmlReport } from "./html-report.ts";
export { type ProgressBarOptions, type ProgressStream, progressBar } from "./progress-bar.ts";
export { type ReportOptions, type ReportSection, reportPage } from "./report-page.ts";

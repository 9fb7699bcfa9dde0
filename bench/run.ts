// The command `npm run bench`: workloads side by side with peers. docs/benchmarks.md says how it measures.
import { leave, processUi } from "../src/cli/ui.ts";
import { runBench } from "./command.ts";

leave(await runBench(process.argv.slice(2), processUi()));

// From the description of a workload's network to something that can be called, once, in a process where nothing was compiled before.
import { compileTask } from "../contenders/weftgraph/compile.ts";
import { workloads } from "../workloads/table.ts";
import { begin, report } from "./report.ts";

const workload = workloads.find(({ name }) => name === process.argv[2]);
if (workload?.kind !== "compile") throw new Error("which workload?");
const end = begin();
compileTask(workload.task);
report(end());

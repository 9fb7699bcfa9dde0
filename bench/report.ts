// What a run writes to a file: flat rows, so that whatever reads tables can read them.
import { cpus } from "node:os";
import type { ClockName } from "./clock.ts";
import type { ContenderName } from "./contenders/names.ts";
import { type Growth, growthOf, isReached, type Judged, type Remark, type Result } from "./results.ts";

/** A contender's fastest form of a workload. */
export interface ReportRow {
  readonly group: string;
  readonly workload: string;
  readonly contender: ContenderName;
  readonly form: string;
  /** Why it is no peer to be compared with, if it is none. */
  readonly aside?: string;
  /** Milliseconds. */
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** How many times faster than the best peer. */
  readonly ratio?: number;
  readonly percentOfPeak?: number;
  readonly gigaflops?: number;
  readonly gigabytes?: number;
}

/** A run. */
export interface Report {
  readonly machine: { readonly node: string; readonly v8: string; readonly cpu: string; readonly cores: number };
  readonly load: { readonly before: readonly number[]; readonly after: readonly number[] };
  readonly rounds: number;
  readonly clock: ClockName;
  readonly rows: readonly ReportRow[];
  readonly goals: readonly (Judged & { readonly workload: string; readonly reached: boolean })[];
  readonly remarks: readonly (Remark & { readonly workload: string })[];
  readonly growth?: Growth;
}

/** Where everything was measured. */
export const machine = (): Report["machine"] => ({
  node: process.version,
  v8: process.versions.v8,
  cpu: cpus()[0]?.model ?? "unknown",
  cores: cpus().length,
});

const rowsOf = ({ group, workload, rows }: Result): readonly ReportRow[] =>
  rows.map(({ milliseconds, timesBestPeer, shareOfPeak, ...row }) => ({
    group,
    workload,
    ...row,
    ...milliseconds,
    ...(timesBestPeer === undefined ? {} : { ratio: timesBestPeer }),
    ...(shareOfPeak === undefined ? {} : { percentOfPeak: shareOfPeak * 100 }),
  }));

/** A report of results. */
export const reportOf = (results: readonly Result[], run: Pick<Report, "load" | "rounds" | "clock">): Report => {
  const growth = growthOf(results);
  return {
    machine: machine(),
    ...run,
    rows: results.flatMap(rowsOf),
    goals: results.flatMap(({ workload, goals }) =>
      goals.map((goal) => ({ ...goal, workload, reached: isReached(goal) })),
    ),
    remarks: results.flatMap(({ workload, remarks }) => remarks.map((remark) => ({ ...remark, workload }))),
    ...(growth === undefined ? {} : { growth }),
  };
};

// Cold starts: files are written once, and each sample is a fresh process that makes of them its first result.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Form, floats } from "../contenders/contender.ts";
import type { Network } from "../networks/network.ts";
import { type Arrays, input } from "../workloads/computation.ts";
import { runFresh } from "./fresh.ts";

/** A folder that is gone when the process ends. */
export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "weftgraph-bench-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** A script beside this file that takes a folder, the name of the network's result and `args`; `write` fills the folder. */
export const coldStart = (
  script: string,
  write: (folder: string, network: Network, inputs: Arrays) => void | Promise<void>,
  args: readonly string[] = [],
): Form<Network> => ({
  prepare: async (network, inputs) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "x.bin"), input(inputs, "x"));
    await write(folder, network, inputs);
    const names = network.outputs.map(({ name }) => name);
    const start = () => runFresh(script, [folder, ...names, ...args]);
    return {
      run: async () => {
        const { results } = await start();
        return Object.fromEntries(
          Object.entries(results).map(([name, data]) => [name, floats(Float32Array.from(data))]),
        );
      },
      seconds: async () => (await start()).seconds,
    };
  },
});

/** Every weight in a file of its own, matrices as [in, out]. */
export const writeWeights =
  (layout: (leaf: Network["leaves"][number], inputs: Arrays) => Float32Array) =>
  (folder: string, { leaves }: Network, inputs: Arrays): void => {
    for (const leaf of leaves.filter(({ role }) => role === "weight"))
      writeFileSync(join(folder, `${leaf.value.name}.bin`), layout(leaf, inputs));
  };

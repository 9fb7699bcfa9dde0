// How much memory a program takes, in a line.
import { printBytes } from "../ir/diagnostics/table.ts";
import type { MemoryPlan } from "../ir/loop/kernel.ts";

/** `64.0 KiB: parameters 832 B, constants 0 B, arena 4.5 KiB` */
export const memoryInWords = (memory: Omit<MemoryPlan, "offsets">): string => {
  const { bytes, parameterBytes, constantBytes, preparedBytes, arenaBytes } = memory;
  const regions = [
    `parameters ${printBytes(parameterBytes)}`,
    `constants ${printBytes(constantBytes)}`,
    ...(preparedBytes === 0 ? [] : [`prepared ${printBytes(preparedBytes)}`]),
    `arena ${printBytes(arenaBytes)}`,
  ];
  return `${printBytes(bytes)}: ${regions.join(", ")}`;
};

// What time is: that of the clock on the wall, or what the processor has spent on this process. The second does not grow while
// other programs have the processor, so it measures on a busy machine; asking takes about a microsecond.

/** By the names that `--clock` takes, in milliseconds. */
export const clocks: { readonly [Name in "wall" | "cpu"]: () => number } = {
  wall: (): number => performance.now(),
  cpu: (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};

/** The names of the clocks, the usual one first. */
export const clockNames = ["wall", "cpu"] as const;

// What time is: that of the clock on the wall, or what the processor has spent on this process. The second does not grow while other
// programs have the processor, so it measures on a busy machine; it adds up threads, of which contenders here have one.

/** By the names that `--clock` takes, in seconds. */
export const clocks = {
  wall: (): number => performance.now() / 1000,
  cpu: (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  },
} as const;

export type ClockName = keyof typeof clocks;

/** Whether there is such a clock. */
export const isClock = (name: string): name is ClockName => Object.hasOwn(clocks, name);

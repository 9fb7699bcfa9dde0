// How threads wait for one another: on numbers in shared memory, looking at them for a moment and then asleep, so that a wait costs
// a fraction of a microsecond where the others come soon, and nothing but the way there where they do not. Workers run this file as it
// is, so it imports nothing.

/** Where the numbers are that threads share, each in a cache line of its own. */
export const places = {
  /** How many jobs were begun; -1 is the last one. */
  job: 0,
  /** What the present job is. */
  task: 16,
  /** Threads that have come to the end of the present phase. */
  arrived: 32,
  /** How many phases were ended. */
  phase: 48,
  /** Threads that sleep, or are about to. */
  sleepers: 64,
  /** Workers that are ready for jobs. */
  ready: 80,
  /** Whether a worker has failed. */
  failed: 96,
} as const;

/** The exported name of a phase of what a name stands for. */
export const phaseName = (name: string, phase: number): string => `${name}_${phase}`;

/** The task that ends a worker. */
export const stop = -1;

/** The numbers of a team of threads. */
export const newControl = (): Int32Array<SharedArrayBuffer> => new Int32Array(new SharedArrayBuffer(112 * 4));

/** For so many milliseconds, by the clock, a number is looked at before a thread goes to sleep. */
const patience = 0.02;

/** Looks between two looks at the clock. */
const looks = 16;

/** Tells the processor that a thread only waits, where there is a way to. */
const pause: (() => void) | undefined = (Atomics as typeof Atomics & { readonly pause?: () => void }).pause;

/**
 * Waits until the number at a place is no longer what it was, or for so many milliseconds; gives whether it changed. A thread that may
 * not sleep, such as a page's own, goes on looking.
 */
export const waitForChange = (
  control: Int32Array<SharedArrayBuffer>,
  at: number,
  seen: number,
  maySleep: boolean,
  most: number = Number.POSITIVE_INFINITY,
): boolean => {
  const start = performance.now();
  const end = start + (maySleep ? patience : most);
  for (let look = 1; look % looks !== 0 || performance.now() < end; look++) {
    if (Atomics.load(control, at) !== seen) return true;
    pause?.();
  }
  if (!maySleep) return Atomics.load(control, at) !== seen;
  Atomics.add(control, places.sleepers, 1);
  // Whoever changes the number afterwards finds a sleeper; whoever did before is seen here.
  while (Atomics.load(control, at) === seen && performance.now() - start < most)
    Atomics.wait(control, at, seen, most - (performance.now() - start));
  Atomics.sub(control, places.sleepers, 1);
  return Atomics.load(control, at) !== seen;
};

/** Adds 1 to the number at a place, and wakes those who wait for that. */
export const change = (control: Int32Array<SharedArrayBuffer>, at: number): void => {
  Atomics.add(control, at, 1);
  if (Atomics.load(control, places.sleepers) > 0) Atomics.notify(control, at);
};

/** Comes to the end of a phase, of which so many threads have a part; the last one ends it. Gives the number of the phase. */
export const arrive = (control: Int32Array<SharedArrayBuffer>, threads: number): number => {
  const phase = Atomics.load(control, places.phase);
  if (Atomics.add(control, places.arrived, 1) === threads - 1) {
    Atomics.store(control, places.arrived, 0);
    change(control, places.phase);
  }
  return phase;
};

/** Comes to the end of a phase and waits for the others, if need be only so many milliseconds; gives whether they came. */
export const meet = (
  control: Int32Array<SharedArrayBuffer>,
  threads: number,
  maySleep: boolean,
  most?: number,
): boolean => {
  const phase = arrive(control, threads);
  return waitForChange(control, places.phase, phase, maySleep, most);
};

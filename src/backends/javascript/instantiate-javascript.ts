// Runs the JavaScript text of a program in this process, to compare it with the other backends. The text is loaded as a
// module from a `data:` address: nothing is written to disk and nothing is evaluated, so it works where eval is
// forbidden. Loading a module is asynchronous, so this is no `Backend`.
import { invariant } from "../../ir/diagnostics/invariant.ts";
import type { PlannedProgram } from "../../ir/loop/kernel.ts";
import type { Backend, Instance } from "../backend.ts";
import { printJavaScript } from "./print-javascript.ts";

/** What a printed module exports. */
interface PrintedModule {
  readonly instantiate: () => {
    readonly memory: ArrayBuffer;
    readonly prepare?: () => void;
    readonly [entry: `entry${number}`]: () => void;
  };
}

/** Prints a program, loads the text, and makes an instance of it. */
export const instantiateJavaScript = async (program: PlannedProgram): Promise<Instance> => {
  // The text is ASCII, since it contains no string of a user's.
  const address = `data:text/javascript;base64,${btoa(printJavaScript(program))}`;
  // The module is our own text, so its exports are known.
  const { instantiate } = (await import(/* @vite-ignore */ address)) as PrintedModule;
  const instance = instantiate();
  const positions = new Map(program.entries.map(({ name }, position) => [name, position]));
  return {
    memory: instance.memory,
    run: (entry) => {
      const position = positions.get(entry);
      invariant(position !== undefined, `program ${program.name} has no entry ${entry}`);
      instance[`entry${position}`]?.();
    },
    prepare: () => instance.prepare?.(),
  };
};

const callsOf = ({ entries }: PlannedProgram): string =>
  JSON.stringify(entries.map(({ name, calls }) => [name, calls.map(({ kernel, buffers }) => [kernel, buffers])]));

/** The backend for programs that were loaded beforehand, since loading takes its time: it runs these, each once. */
export const loadedJavaScript = async (programs: readonly PlannedProgram[]): Promise<Backend> => {
  const loaded = new Map<string, Instance>();
  for (const program of programs) loaded.set(callsOf(program), await instantiateJavaScript(program));
  return {
    name: "javascript",
    instantiate: (program) => {
      const instance = loaded.get(callsOf(program));
      invariant(instance !== undefined, `program ${program.name} was not loaded`);
      return instance;
    },
  };
};

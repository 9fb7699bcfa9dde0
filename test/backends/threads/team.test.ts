// A thread that does not come back: the caller waits for it a while and not for ever, ends it, and works alone from then on.
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { describe, expect, it, vi } from "vitest";
import wabt from "wabt";
import { startTeam } from "../../../src/backends/threads/team.ts";
import { engine } from "../../../src/backends/wasm/engine.ts";
import { described } from "../../support/described.ts";

/** A module whose only phase never ends on any thread but the caller's. */
const endless = `(func (export "main_0") (param i32) (loop $again (br_if $again (local.get 0))))`;

/** A module that is never made. */
const neverReady = "(func $start (loop $again (br $again))) (start $start)";

const started = async (functions: string, limits?: { readonly patience: number; readonly slower: number }) => {
  const assembler = await wabt();
  const text = `(module (import "env" "memory" (memory 1 1 shared)) ${functions})`;
  const { buffer } = assembler.parseWat("team.wat", text, { threads: true }).toBinary({});
  const module = new engine.Module(Uint8Array.from(buffer));
  const memory = new engine.Memory({ initial: 1, maximum: 1, shared: true });
  return startTeam({ threads: 2, module, memory, tasks: [{ name: "main", phases: [true] }] }, limits);
};

const teamOf = async (limits?: { readonly patience: number; readonly slower: number }) => {
  const team = await started(endless, limits);
  await vi.waitUntil(() => team.threads() === 2, { timeout: 30_000 });
  return team;
};

describe("a team with a thread that is lost", () => {
  it("in the middle of a phase gives up, and is one thread", async () => {
    const team = await teamOf({ patience: 300, slower: 1 });
    let calls = 0;
    expect(described(() => team.lead(0, () => calls++))).toMatchInlineSnapshot(`
      "error[W316]: a thread has not done its part of the work for 0 s

        test/backends/threads/team.test.ts
         |     expect(described(() => team.lead(0, () => calls++))).toMatchInlineSnapshot(\`
         |                                 ^^^^
        help: run it again: from now on the model works on one thread, and its parameters may be those of half a step."
    `);
    expect(calls).toBe(1);
    expect(team.threads()).toBe(1);
    team.stop();
  });

  it("between two calls is one thread", async () => {
    const ended = vi.spyOn(Worker.prototype, "unref");
    const team = await teamOf();
    // The thread itself is nobody's to have, but it is what was let go of last.
    await vi.waitUntil(() => ended.mock.contexts.length > 0, { timeout: 30_000 });
    const [worker] = ended.mock.contexts.slice(-1);
    if (!(worker instanceof Worker)) throw new Error("a worker was started");
    await Promise.all([once(worker, "exit"), worker.terminate()]);
    expect(team.threads()).toBe(1);
    vi.restoreAllMocks();
  });

  it("because the caller's own part failed is one thread, for the others wait in the middle of a job", async () => {
    const team = await teamOf();
    const run = (): never => {
      throw new RangeError("too much recursion");
    };
    expect(() => team.lead(0, run)).toThrow("too much recursion");
    expect(team.threads()).toBe(1);
  });

  it("before it was ready is waited for a while", async () => {
    const team = await started(neverReady, { patience: 300, slower: 1 });
    await team.settled;
    expect(team.threads()).toBe(1);
    team.stop();
  });

  it("and may not even be started is one thread", async () => {
    vi.spyOn(Worker.prototype, "postMessage").mockImplementation(() => {
      throw new Error("not allowed");
    });
    const team = await started(endless);
    await team.settled;
    expect(team.threads()).toBe(1);
    vi.restoreAllMocks();
  });
});

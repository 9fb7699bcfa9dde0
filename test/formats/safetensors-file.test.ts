// Files are written whole: whoever is killed while saving leaves the old file or the new one, and a refused write leaves
// nothing behind.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { loadSafetensors, saveSafetensors } from "../../src/formats/index.ts";
import type { StoredTensors } from "../../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "weft-saving-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const filled = (value: number, length: number): StoredTensors => ({
  x: { dtype: "f32", shape: [length], data: new Float32Array(length).fill(value) },
});

describe("saving", () => {
  it("loads what was saved", async () => {
    const file = join(folder, "x.safetensors");
    await saveSafetensors(file, filled(1.5, 3));
    expect(await loadSafetensors(file)).toEqual(filled(1.5, 3));
    await saveSafetensors(file, filled(-2, 2));
    expect(await loadSafetensors(file)).toEqual(filled(-2, 2));
    expect(readdirSync(folder)).toEqual(["x.safetensors"]);
  });

  it("leaves one whole file where several save at once", async () => {
    const directory = mkdtempSync(join(folder, "many-"));
    const file = join(directory, "x.safetensors");
    await Promise.all(Array.from({ length: 8 }, (_, at) => saveSafetensors(file, filled(at, 1000))));
    const { x } = await loadSafetensors(file);
    expect(new Set(x?.data).size).toBe(1);
    expect(readdirSync(directory)).toEqual(["x.safetensors"]);
  });

  it("leaves nothing behind where it cannot write", async () => {
    const directory = mkdtempSync(join(folder, "refused-"));
    const file = join(directory, "x.safetensors");
    // A folder stands where the file should go: the temporary file is written, but not renamed.
    mkdirSync(join(file, "inside"), { recursive: true });
    await expect(saveSafetensors(file, filled(1, 3))).rejects.toMatchObject({ code: "W402" });
    expect(readdirSync(directory)).toEqual(["x.safetensors"]);
  });

  it("leaves the old file or the new one when killed", async () => {
    const file = join(folder, "killed.safetensors");
    const script = join(folder, "save.ts");
    const formats = new URL("../../src/formats/index.ts", import.meta.url).href;
    writeFileSync(
      script,
      `import { saveSafetensors } from ${JSON.stringify(formats)};
for (let round = 1; ; round++) {
  await saveSafetensors(${JSON.stringify(file)}, { x: { dtype: "f32", shape: [200000], data: new Float32Array(200000).fill(round) } });
  if (round === 1) console.log("saving");
}`,
    );
    const seen = new Set<number>();
    for (const delay of [0, 3, 7, 13, 29]) {
      const child: ChildProcess = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
      if (child.stdout !== null) await once(child.stdout, "data");
      await setTimeout(delay);
      child.kill("SIGKILL");
      await once(child, "exit");
      const { x } = await loadSafetensors(file);
      expect(x?.data.length).toBe(200000);
      expect(new Set(x?.data).size).toBe(1);
      seen.add(x?.data[0] ?? 0);
    }
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(1);
  });
});

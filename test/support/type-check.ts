// The type checker as a process of its own, with a bound on its time and memory.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript-7/package.json")), "bin/tsc");

/** The errors of a project, each with the lines that explain it; paths are relative to its folder. */
export const typeErrors = (folder: string): Promise<readonly string[]> =>
  new Promise((resolve, reject) => {
    // The script replaces its process by the compiler's, so what the time limit ends is the compiler.
    const child = spawn(process.execPath, [compiler, "-p", ".", "--pretty", "false"], {
      cwd: folder,
      timeout: 50_000,
      killSignal: "SIGKILL",
      env: { ...process.env, GOMEMLIMIT: "3GiB" },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    child.on("error", reject);
    child.on("close", (code, signal) => {
      const errors = Array.from(output.matchAll(/^\S.*\berror TS\d+:.*(?:\n {2}.*)*/gm), ([error]) => error);
      if (code === 0 || (signal === null && errors.length > 0)) resolve(errors);
      else reject(new Error(`tsc ended with ${code ?? signal}: ${output}`));
    });
  });

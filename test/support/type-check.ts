// The type checker as a process of its own, with a bound on its time and memory: it is stopped with everything it started.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");

/** The errors of a project, a line each, with paths relative to its folder. */
export const typeErrors = (folder: string, seconds = 50): Promise<readonly string[]> =>
  new Promise((resolve, reject) => {
    const process_ = spawn(process.execPath, [compiler, "-p", ".", "--pretty", "false"], {
      cwd: folder,
      detached: true,
      env: { ...process.env, GOMEMLIMIT: "3GiB" },
    });
    let output = "";
    for (const stream of [process_.stdout, process_.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    const timer = setTimeout(() => {
      if (process_.pid !== undefined) process.kill(-process_.pid, "SIGKILL");
      reject(new Error(`the type check of ${folder} takes longer than ${seconds} s`));
    }, seconds * 1000);
    process_.on("error", reject);
    process_.on("close", (code) => {
      clearTimeout(timer);
      const errors = output.split("\n").filter((line) => /\berror TS\d+:/.test(line));
      if (code !== 0 && errors.length === 0) reject(new Error(`tsc ended with ${code}: ${output}`));
      resolve(errors);
    });
  });

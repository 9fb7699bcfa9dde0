// Run by no-code-generation.test.ts in a process of its own: says whether code generation is refused, and what a kernel
// run by closures gives.
import { closureBackend } from "../../../src/backends/closure/closure-backend.ts";
import { binary, f32, load } from "../../../src/ir/loop/build.ts";
import { kernelOf, programOf } from "../../support/kernel-program.ts";

const refused = (): boolean => {
  try {
    // oxlint-disable-next-line no-new-func, typescript/no-implied-eval, typescript/no-unsafe-call -- must fail here
    return new Function("return false")() === true;
  } catch (error) {
    return error instanceof EvalError;
  }
};

const program = programOf(
  kernelOf(
    [
      ["x", "f32", 7, "read"],
      ["out", "f32", 7, "write"],
    ],
    (body) =>
      body.loop(7, (i, inner) =>
        inner.store("out", i, binary("add", binary("mul", load("f32", "x", i), f32(2)), f32(1))),
      ),
  ),
);

const { memory, run } = closureBackend.instantiate(program);
new Float32Array(memory, program.memory.offsets.get("x buffer"), 7).set([1, 2, 3, 4, 5, 6, 7]);
run("main");
const out = new Float32Array(memory, program.memory.offsets.get("out buffer"), 7);
console.log(`code generation: ${refused() ? "refused" : "allowed"}`);
console.log(`result: ${out.join(" ")}`);

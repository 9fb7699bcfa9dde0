// Threads rather than processes: every test file starts sooner, and nothing here needs a process of its own. Property
// tests and the compilers of WebAssembly take their time on a loaded machine, hence the generous limits.
import { defineConfig, type ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    pool: "threads",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    slowTestThreshold: 5_000,
  },
});

export default config;

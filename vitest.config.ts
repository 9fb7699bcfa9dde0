// Threads rather than processes, and each keeps its modules from file to file: the compiler is loaded and made fast by the
// engine once in each, which is a fifth of the time. What a test puts in the place of something is taken back behind it. Property
// tests and the compilers of WebAssembly take their time on a loaded machine, hence the generous limits.
import { defineConfig, type ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    globalSetup: ["test/temporary-folder.ts"],
    setupFiles: ["test/setup.ts"],
    pool: "threads",
    maxWorkers: 2,
    isolate: false,
    restoreMocks: true,
    unstubGlobals: true,
    unstubEnvs: true,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    slowTestThreshold: 5_000,
  },
});

export default config;

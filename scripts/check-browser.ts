// Proves that emitted modules work where they are served: a headless Chromium loads the WebAssembly and the JavaScript
// form of a model under a content security policy without eval, and gives the bits that Node gives; so does the form for threads, with
// its workers in a page that may share memory, and alone in one that may not. Where there is no Chromium it says so and succeeds.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { availableParallelism, tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { type BrowserContext, chromium } from "playwright-core";
import { type EmitOptions, emit } from "../src/codegen/index.ts";
import { compile, defineModel, maxPool2d, relu, reshape, spec } from "../src/index.ts";
import { conv2d, linear } from "../src/nn/index.ts";

const browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A way to emit the model and to serve it. */
interface Served {
  readonly folder: string;
  readonly options: Omit<EmitOptions, "directory">;
  /** What scripts may do. */
  readonly policy: string;
  /** Whether the page is isolated from other origins, as pages must be that share memory. */
  readonly isolated: boolean;
}

/** WebAssembly needs its own permission, plain JavaScript none beyond its origin, and workers are scripts of that origin. */
const webAssembly = "default-src 'none'; connect-src 'self'; script-src 'self' 'wasm-unsafe-eval'";
const served: readonly Served[] = [
  { folder: "wasm", options: {}, policy: webAssembly, isolated: false },
  {
    folder: "js",
    options: { format: "js" },
    policy: "default-src 'none'; connect-src 'self'; script-src 'self'",
    isolated: false,
  },
  { folder: "threads", options: { threads: 2 }, policy: `${webAssembly}; worker-src 'self'`, isolated: true },
  { folder: "alone", options: { threads: 2 }, policy: `${webAssembly}; worker-src 'self'`, isolated: false },
];

const isolation = { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
  ".safetensors": "application/octet-stream",
};

const model = defineModel({
  name: "net",
  params: { edges: conv2d(1, 4, 3), hidden: linear(16, 2048), output: linear(2048, 10) },
  inputs: { image: spec("f32", ["B", 1, 6, 6]) },
  forward: (p, { image }) => {
    const features = reshape(maxPool2d(relu(p.edges(image)), 2), ["B", 16]);
    return { logits: p.output(relu(p.hidden(features))) };
  },
});

const images = 32;
const image = Float32Array.from({ length: images * 36 }, (_, at) => Math.fround(((at * 37) % 101) / 50 - 1));

/** What the page runs: it loads the module beside it, and shows the bits of the logits. */
const pageScript = `import { load } from "./net.mjs";
const shown = document.querySelector("output");
try {
  const model = await load();
  const image = Float32Array.from({ length: ${images * 36} }, (_, at) => Math.fround(((at * 37) % 101) / 50 - 1));
  const { data } = model.predict({ image }).logits;
  shown.textContent = Array.from(new Uint32Array(data.buffer, data.byteOffset, data.length)).join(" ");
  shown.dataset.threads = model.threads?.() ?? 1;
  try { new Function("return 1")(); shown.dataset.eval = "allowed"; } catch { shown.dataset.eval = "refused"; }
} catch (error) {
  shown.textContent = "failed: " + error;
}
shown.dataset.done = "yes";
`;

/** Serves a folder on this machine, each folder in it under its own policy. */
const serve = async (root: string): Promise<{ readonly server: Server; readonly address: string }> => {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname);
    const file = join(root, path);
    const type = types[extname(file)];
    if (type === undefined || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    const found = served.find(({ folder }) => path.startsWith(`/${folder}/`));
    const headers = { "content-type": type, "content-security-policy": found?.policy ?? "default-src 'none'" };
    response.writeHead(200, found?.isolated === true ? { ...headers, ...isolation } : headers).end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the server has no port");
  return { server, address: `http://127.0.0.1:${address.port}` };
};

/** What a page shows. */
const visit = async (
  browser: BrowserContext,
  address: string,
): Promise<{ readonly bits: string; readonly eval: string; readonly threads: string }> => {
  const page = await browser.newPage();
  try {
    page.on("console", (message) => console.log(`  console: ${message.text()}`));
    await page.goto(`${address}/index.html`);
    const shown = page.locator("output[data-done]");
    await shown.waitFor({ state: "attached", timeout: 30_000 });
    return {
      bits: (await shown.textContent()) ?? "",
      eval: (await shown.getAttribute("data-eval")) ?? "not tried",
      threads: (await shown.getAttribute("data-threads")) ?? "none",
    };
  } finally {
    await page.close();
  }
};

const check = async (executablePath: string, root: string): Promise<void> => {
  const compiled = await compile(model, { dims: { B: images } });
  const { data } = compiled({ image }).logits;
  const wanted = Array.from(new Uint32Array(data.buffer, data.byteOffset, data.length)).join(" ");
  for (const { folder, options } of served) {
    await emit(compiled, { directory: join(root, folder), ...options });
    const page = '<!doctype html><title>net</title><output></output><script type="module" src="page.mjs"></script>';
    writeFileSync(join(root, folder, "index.html"), page);
    writeFileSync(join(root, folder, "page.mjs"), pageScript);
  }
  const { server, address } = await serve(root);
  const profile = join(root, "profile");
  const context = await chromium.launchPersistentContext(profile, { executablePath, args: flags, headless: true });
  try {
    console.log(`Chromium ${context.browser()?.version() ?? ""}`.trim());
    for (const { folder, isolated } of served) {
      const shown = await visit(context, `${address}/${folder}`);
      const equal = shown.bits === wanted;
      const bits = equal ? "the bits that Node gives" : `different: ${shown.bits.slice(0, 200)}`;
      console.log(`${folder}: ${bits}; eval ${shown.eval}; threads: ${shown.threads}`);
      const threads = isolated ? Math.min(2, availableParallelism()) : 1;
      if (!equal || shown.eval !== "refused" || shown.threads !== `${threads}`) process.exitCode = 1;
    }
  } finally {
    await context.close();
    server.close();
  }
};

const executable = browsers.find((file) => existsSync(file));
if (executable === undefined) {
  console.log(`There is no Chromium here (${browsers.join(", ")}): emitted modules were not tried in a browser.`);
} else {
  const root = mkdtempSync(join(tmpdir(), "weft-browser-"));
  try {
    await check(executable, root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

// Proves that emitted modules work where they are served: a headless Chromium loads the WebAssembly and the JavaScript
// form of a model under a content security policy without eval, and gives the bits that Node gives. Where there is no
// Chromium it says so and succeeds.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { type BrowserContext, chromium } from "playwright-core";
import { emit, type ModuleFormat } from "../src/codegen/index.ts";
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

/** What scripts may do: WebAssembly needs its own permission, plain JavaScript none beyond its origin. */
const policies: { readonly [F in ModuleFormat]: string } = {
  wasm: "default-src 'none'; connect-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
  js: "default-src 'none'; connect-src 'self'; script-src 'self'",
};

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
  ".safetensors": "application/octet-stream",
};

const model = defineModel({
  name: "net",
  params: { edges: conv2d(1, 4, 3), hidden: linear(16, 32), output: linear(32, 10) },
  inputs: { image: spec("f32", ["B", 1, 6, 6]) },
  forward: (p, { image }) => {
    const features = reshape(maxPool2d(relu(p.edges(image)), 2), ["B", 16]);
    return { logits: p.output(relu(p.hidden(features))) };
  },
});

const image = Float32Array.from({ length: 2 * 36 }, (_, at) => Math.fround(((at * 37) % 101) / 50 - 1));

/** What the page runs: it loads the module beside it, and shows the bits of the logits. */
const pageScript = `import { load } from "./net.mjs";
const shown = document.querySelector("output");
try {
  const model = await load();
  const image = Float32Array.from({ length: 72 }, (_, at) => Math.fround(((at * 37) % 101) / 50 - 1));
  const { data } = model.predict({ image }).logits;
  shown.textContent = Array.from(new Uint32Array(data.buffer, data.byteOffset, data.length)).join(" ");
  try { new Function("return 1")(); shown.dataset.eval = "allowed"; } catch { shown.dataset.eval = "refused"; }
} catch (error) {
  shown.textContent = "failed: " + error;
}
shown.dataset.done = "yes";
`;

/** Serves a folder on this machine, each format under its own policy: /wasm/..., /js/... */
const serve = async (root: string): Promise<{ readonly server: Server; readonly address: string }> => {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname);
    const file = join(root, path);
    const type = types[extname(file)];
    if (type === undefined || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    const policy = policies[path.startsWith("/js/") ? "js" : "wasm"];
    response.writeHead(200, { "content-type": type, "content-security-policy": policy }).end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the server has no port");
  return { server, address: `http://127.0.0.1:${address.port}` };
};

/** What the page of a format shows. */
const visit = async (
  browser: BrowserContext,
  address: string,
): Promise<{ readonly bits: string; readonly eval: string }> => {
  const page = await browser.newPage();
  try {
    page.on("console", (message) => console.log(`  console: ${message.text()}`));
    await page.goto(`${address}/index.html`);
    const shown = page.locator("output[data-done]");
    await shown.waitFor({ state: "attached", timeout: 30_000 });
    return { bits: (await shown.textContent()) ?? "", eval: (await shown.getAttribute("data-eval")) ?? "not tried" };
  } finally {
    await page.close();
  }
};

const check = async (executablePath: string, root: string): Promise<void> => {
  const compiled = await compile(model, { dims: { B: 2 } });
  const { data } = compiled({ image }).logits;
  const wanted = Array.from(new Uint32Array(data.buffer, data.byteOffset, data.length)).join(" ");
  for (const format of ["wasm", "js"] as const) {
    await emit(compiled, { directory: join(root, format), format });
    const page = '<!doctype html><title>net</title><output></output><script type="module" src="page.mjs"></script>';
    writeFileSync(join(root, format, "index.html"), page);
    writeFileSync(join(root, format, "page.mjs"), pageScript);
  }
  const { server, address } = await serve(root);
  const profile = join(root, "profile");
  const context = await chromium.launchPersistentContext(profile, { executablePath, args: flags, headless: true });
  try {
    console.log(`Chromium ${context.browser()?.version() ?? ""}`.trim());
    for (const format of ["wasm", "js"] as const) {
      const shown = await visit(context, `${address}/${format}`);
      const equal = shown.bits === wanted;
      console.log(`${format}: ${equal ? "the bits that Node gives" : `different: ${shown.bits}`}; eval ${shown.eval}`);
      if (!equal || shown.eval !== "refused") process.exitCode = 1;
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

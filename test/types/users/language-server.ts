// TypeScript 7 as editors use it: a process that speaks the Language Server Protocol (version 3.17).
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Editor } from "./editor.ts";

const compiler = join(dirname(createRequire(import.meta.url).resolve("typescript-7/package.json")), "bin/tsc");

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** A place of the protocol; both count from 0. */
interface Place {
  readonly line: number;
  readonly character: number;
}

/** Takes whole messages off a stream of bytes. */
const messagesOf = (receive: (answer: Answer) => void) => {
  let buffered = Buffer.alloc(0);
  return (chunk: Buffer): void => {
    buffered = Buffer.concat([buffered, chunk]);
    for (;;) {
      const end = buffered.indexOf("\r\n\r\n");
      const length = Number(/Content-Length: (\d+)/i.exec(buffered.subarray(0, Math.max(end, 0)).toString())?.[1]);
      if (end < 0 || buffered.length < end + 4 + length) return;
      const body = buffered.subarray(end + 4, end + 4 + length).toString();
      buffered = buffered.subarray(end + 4 + length);
      receive(JSON.parse(body) as Answer); // what the server says is of this form
    }
  };
};

/** Requests and notices to a language server. */
interface Connection {
  readonly request: (method: string, params: unknown) => Promise<unknown>;
  readonly notify: (method: string, params: unknown) => void;
  readonly close: () => void;
}

const connect = (folder: string): Connection => {
  const child = spawn(process.execPath, [compiler, "--lsp", "--stdio"], {
    cwd: folder,
    stdio: ["pipe", "pipe", "ignore"],
    env: { ...process.env, GOMEMLIMIT: "3GiB" },
  });
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  const send = (message: object): void => {
    const body = JSON.stringify({ jsonrpc: "2.0", ...message });
    child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  };
  const receive = ({ id, method, result, error }: Answer): void => {
    // What the server asks (settings, registrations) has no answer that matters here.
    if (method !== undefined) {
      if (id !== undefined) send({ id, result: null });
      return;
    }
    const asked = waiting.get(id ?? -1);
    if (error === undefined) asked?.resolve(result);
    else asked?.reject(new Error(error.message));
  };
  child.stdout.on("data", messagesOf(receive));
  child.on("close", () => {
    for (const asked of waiting.values()) asked.reject(new Error("the language server ended"));
  });
  let count = 0;
  return {
    request: (method, params) =>
      new Promise((resolve, reject) => {
        waiting.set(++count, { resolve, reject });
        send({ id: count, method, params });
      }),
    notify: (method, params) => send({ method, params }),
    close: () => child.kill(),
  };
};

/** Opens a project. */
export const openServer = async (folder: string): Promise<Editor> => {
  const { request, notify, close } = connect(folder);
  const address = (file: string): string => pathToFileURL(join(folder, file)).href;
  const capabilities = {
    textDocument: { hover: { contentFormat: ["markdown"] }, completion: {}, diagnostic: {}, publishDiagnostics: {} },
  };
  await request("initialize", { processId: process.pid, rootUri: address(""), capabilities });
  notify("initialized", {});
  const texts = new Map<string, string>();
  const open = (file: string): string => {
    const known = texts.get(file);
    if (known !== undefined) return known;
    const text = readFileSync(join(folder, file), "utf8");
    texts.set(file, text);
    const languageId = file.endsWith(".js") ? "javascript" : "typescript";
    notify("textDocument/didOpen", { textDocument: { uri: address(file), languageId, version: 1, text } });
    return text;
  };
  const at = (file: string, offset: number): object => {
    const before = open(file).slice(0, offset).split("\n");
    const position: Place = { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
    return { textDocument: { uri: address(file) }, position };
  };
  return {
    errors: async (file) => {
      open(file);
      // The answers of the protocol are of these forms.
      const report = (await request("textDocument/diagnostic", { textDocument: { uri: address(file) } })) as {
        readonly items: readonly {
          readonly range: { readonly start: Place };
          readonly severity: number;
          readonly message: string;
        }[];
      };
      return report.items
        .filter(({ severity }) => severity === 1)
        .map(({ range: { start }, message }) => ({ line: start.line + 1, column: start.character + 1, message }));
    },
    hover: async (file, offset) => {
      const answer = (await request("textDocument/hover", at(file, offset))) as {
        readonly contents: { readonly value: string };
      } | null;
      // The declaration stands in a block of code; what follows is its documentation.
      return /^```\w+\n(.*?)\n```/s.exec(answer?.contents.value ?? "")?.[1] ?? "";
    },
    completions: async (file, offset) => {
      const answer = (await request("textDocument/completion", at(file, offset))) as {
        readonly items: readonly { readonly label: string }[];
      } | null;
      return answer?.items.map(({ label }) => label) ?? [];
    },
    close,
  };
};

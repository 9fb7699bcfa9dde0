// What can be said of the long runs: each explains itself, and refuses what it does not know before it begins.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Command, Options, Values } from "../../scripts/words/command.ts";
import { commands } from "../../scripts/words/commands.ts";
import { perform } from "../../scripts/words/perform.ts";

/** What a command made of words: its exit code, what it printed, what it noted, and the values that it began its work with. */
const said = async <const O extends Options>(command: Command<O>, ...words: string[]) => {
  const [printed, noted]: [string[], string[]] = [[], []];
  let values: Values<O> | undefined;
  const ui = { print: (text: string) => void printed.push(text), note: (text: string) => void noted.push(text) };
  const code = await perform(command, words, ui, (given) => {
    values = given;
    return 0;
  });
  return { code, printed: printed.join("\n"), noted: noted.join("\n"), values };
};

describe.each(Object.entries<Command>(commands))("npm run %s", (name, command) => {
  test("--help names every option, its default and every example, and begins nothing", async () => {
    const { code, printed, noted, values } = await said(command, "--help");
    expect([code, noted, values]).toEqual([0, "", undefined]);
    for (const [option, described] of Object.entries(command.options)) {
      const line = printed.split("\n").find((each) => each.includes(described.description));
      expect(line).toContain(described.type === "positional" ? option.toUpperCase() : `--${option}`);
      expect(line).toContain("default" in described ? `(Default: ${String(described.default)})` : "");
      expect(line).toContain("oneOf" in described ? described.oneOf?.join(", ") : "");
    }
    for (const example of command.examples) expect(printed).toContain(`npm run ${name} -- ${example}`);
  });

  test("its examples are understood", async () => {
    for (const example of command.examples)
      expect(await said(command, ...example.split(" "))).toMatchObject({ code: 0 });
  });

  test("refuses a misspelt option by the nearest name, and begins nothing", async () => {
    for (const option of Object.keys(command.options).filter((each) => command.options[each]?.type !== "positional")) {
      const { code, noted, values } = await said(command, `--${option}s0`);
      expect([code, values]).toEqual([2, undefined]);
      expect(noted).toBe(`Unknown option '--${option}s0'; did you mean '--${option}'?`);
    }
  });

  test("is what npm runs", () => {
    // What npm itself reads.
    const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as {
      readonly scripts: Record<string, string>;
    };
    const file = scripts[name]?.replace("node ", "") ?? "";
    const written = name.includes(":") ? `commands["${name}"]` : `commands.${name}`;
    expect(command.name).toBe(name);
    expect(readFileSync(file, "utf8")).toContain(`perform(${written}, process.argv.slice(2), ui, `);
  });
});

const command = {
  name: "try",
  description: "Tries words.",
  options: {
    count: { type: "number", valueHint: "N", least: 1, most: 8, default: 3, description: "A number." },
    seed: { type: "number", valueHint: "N", description: "Another." },
    clock: { type: "string", valueHint: "NAME", oneOf: ["wall", "cpu"], default: "wall", description: "One of two." },
    file: { type: "string", valueHint: "FILE", description: "A file." },
    only: { type: "list", valueHint: "TEXT", description: "Texts." },
    peers: {
      type: "names",
      valueHint: "NAMES",
      oneOf: ["jax", "tfjs", "none"],
      default: ["none"],
      description: "Some.",
    },
    write: { type: "boolean", description: "Whether." },
    scope: { type: "positional", oneOf: ["planning", "sharing"], description: "Scopes." },
  },
  examples: [],
} as const satisfies Command;

describe("words", () => {
  test("that are left out stand for the defaults of the table", async () => {
    const { values } = await said(command);
    expect(values).toEqual({
      count: 3,
      seed: undefined,
      clock: "wall",
      file: undefined,
      only: [],
      peers: ["none"],
      write: false,
      scope: [],
    });
    // Types know what is always there.
    const typed:
      | { count: number; seed: number | undefined; clock: "wall" | "cpu"; peers: readonly string[] }
      | undefined = values;
    expect(typed?.count).toBe(3);
  });

  test("are read by the types of the table", async () => {
    const words =
      "sharing --count 2 --count=8 --seed 1e3 --clock cpu --only a,b --only c --peers tfjs,jax --write planning";
    const { code, values } = await said(command, ...words.split(" "), "--file=-");
    expect([code, values]).toEqual([
      0,
      {
        count: 8,
        seed: 1000,
        clock: "cpu",
        file: "-",
        only: ["a,b", "c"],
        peers: ["tfjs", "jax"],
        write: true,
        scope: ["sharing", "planning"],
      },
    ]);
  });

  test.each([
    ["--count 0", "--count: 0 is no whole number from 1 to 8"],
    ["--count 9", "--count: 9 is no whole number from 1 to 8"],
    ["--count 2.5", "--count: 2.5 is no whole number from 1 to 8"],
    ["--seed many", "--seed: many is no whole number of at least 0"],
    ["--seed -5", "--seed: -5 is no whole number of at least 0"],
    ["--seed 9007199254740993", "--seed: 9007199254740993 is no whole number of at least 0"],
    ["--seed", "--seed needs a value. Another."],
    ["--file=", "--file needs a value. A file."],
    ["--seed --write", "--seed needs a value. Another."],
    ["--write=no", "--write takes no value"],
    ["--clock wal", '--clock: there is no "wal"; did you mean "wall"?'],
    ["--clock sun", '--clock: "sun" is none of wall, cpu'],
    ["--peers jax,torch", '--peers: "torch" is none of jax, tfjs, none'],
    ["plannin", 'SCOPE: there is no "plannin"; did you mean "planning"?'],
    ["-seed 7", "Unknown option '-seed'; did you mean '--seed'?"],
    ["--constructor", "Unknown option '--constructor'; --help lists them all"],
    ["--sed=7", "Unknown option '--sed'; did you mean '--seed'?"],
    ["--help --sed=7", "Unknown option '--sed'; did you mean '--seed'?"],
  ])("%s is refused in a line", async (words, says) => {
    expect(await said(command, ...words.split(" "))).toEqual({ code: 2, printed: "", noted: says, values: undefined });
  });

  test("npm's own dashes are missed where a command takes none but options", async () => {
    const { noted } = await said(commands.soak, "1000");
    expect(noted).toBe("Unexpected argument '1000'; options stand behind a --, as in npm run soak -- --help");
  });

  test("what goes wrong in the work is no mistake of the words", async () => {
    const work = (): number => {
      throw new RangeError("too deep");
    };
    const ui = { print: () => {}, note: () => {} };
    await expect(perform(command, [], ui, work)).rejects.toThrow("too deep");
  });
});

test("a script that is misspelt to ends without a stack", () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["scripts/mutate.ts", "--sampel", "3"], {
    encoding: "utf8",
  });
  expect([status, stdout, stderr]).toEqual([2, "", "Unknown option '--sampel'; did you mean '--sample'?\n"]);
});

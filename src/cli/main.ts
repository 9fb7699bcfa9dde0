#!/usr/bin/env node
// The command `weft`. Everything is in the modules behind it; this one only connects them to the process.
import { runCommandLine } from "./command-line.ts";
import { leave, processUi } from "./ui.ts";

leave(await runCommandLine(process.argv.slice(2), processUi()));

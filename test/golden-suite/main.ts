// The command `npm run golden`: every case of a folder on the chosen backends.
import { leave, processUi } from "../../src/cli/ui.ts";
import { runGolden } from "./command.ts";

leave(await runGolden(process.argv.slice(2), processUi()));

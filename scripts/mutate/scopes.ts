// Which tests a folder is held against when its sources are mutated: those that are about it, since each mutant runs them again.
import { opScopes } from "./op-scopes.ts";
import { passScopes } from "./pass-scopes.ts";
import { printingScopes } from "./printing-scopes.ts";
import type { Scope } from "./scope.ts";

/** The folders and files that are mutated, by name. */
export const scopes: Readonly<Record<string, Scope>> = { ...passScopes, ...opScopes, ...printingScopes };

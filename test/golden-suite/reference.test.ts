// Every case of test/golden on the backend `reference`.
import { testAllCases } from "./check-folder.ts";

testAllCases("reference");

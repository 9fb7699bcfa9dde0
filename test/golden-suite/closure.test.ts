// Every case of test/golden on the backend `closure`.
import { testAllCases } from "./check-folder.ts";

testAllCases("closure");

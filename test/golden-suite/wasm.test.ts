// Every case of test/golden on the backend `wasm`.
import { testAllCases } from "./check-folder.ts";

testAllCases("wasm");

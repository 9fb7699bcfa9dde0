// What ops say of random uses is said in fast-check's words. It is handed in by the test kit, so it is never imported when programs run, and
// nothing that the main entry declares may name what stands here: `npm run check:package` reads its types without fast-check.
import type * as FastCheck from "fast-check";

/** What random instances can be made with. */
export type FastCheckModule = Omit<typeof FastCheck, "default">;

/** What draws values, and makes them simpler. */
export type Arbitrary<T> = FastCheck.Arbitrary<T>;

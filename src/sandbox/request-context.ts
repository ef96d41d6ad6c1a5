import type { HttpBindings } from "@hono/node-server";
import type { Caller } from "./caller.ts";

/** What every handler behind the check of the token finds in its context. */
export type SandboxContext = { Bindings: HttpBindings; Variables: { caller: Caller } };

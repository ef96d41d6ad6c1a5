import { createHash } from "node:crypto";
import type { Clock } from "#runtime";
import type { Caller } from "./caller.ts";

/** Whom a token acts as, and until when. */
export interface Bearer {
  readonly caller: Omit<Caller, "address">;
  readonly expiresAt: Date;
}

/** Remembers for a second whom a token acts as, so that a busy client does not cost a query for each request. */
export interface Callers {
  /** Null when the token is unknown or expired or its owner is inactive. */
  find(token: string): Promise<Bearer["caller"] | null>;
  /** To be called when an account has changed: its tokens may act differently from now on. */
  forget(accountId: string): void;
}

const memory = 1000;
const most = 500;

/** @param read asks the database */
export const rememberCallers = (clock: Clock, read: (token: string) => Promise<Bearer | null>): Callers => {
  const known = new Map<string, { readonly bearer: Bearer; readonly until: number }>();
  let changes = 0;
  return {
    find: async (token) => {
      const key = createHash("sha256").update(token).digest("base64");
      const now = clock.now().getTime();
      const found = known.get(key);
      if (found !== undefined && now < found.until) {
        return found.bearer.expiresAt.getTime() > now ? found.bearer.caller : null;
      }
      const before = changes;
      const bearer = await read(token);
      if (known.size >= most) known.clear();
      // What was read while an account changed may be what it was before.
      if (bearer !== null && before === changes) known.set(key, { bearer, until: now + memory });
      return bearer?.caller ?? null;
    },
    forget: (accountId) => {
      changes += 1;
      for (const [key, { bearer }] of known) if (bearer.caller.id === accountId) known.delete(key);
    },
  };
};

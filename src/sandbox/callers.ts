import type { Clock } from "#runtime";
import type { KnownCaller } from "./caller.ts";
import { openMemory } from "./memory.ts";
import { digestOf } from "./secrets.ts";

/** How a token is presented: by itself, or with its owner's e-mail as HTTP basic credentials. */
export type TokenKind = "bearer" | "basic";

/** Whom a token acts as, and until when. */
export interface Bearer {
  readonly caller: KnownCaller;
  readonly kind: TokenKind;
  readonly expiresAt: Date;
}

/** Remembers for a second whom a token acts as. */
export interface Callers {
  /** Null when the token is unknown, expired or of another kind, or its owner is inactive. */
  find(token: string, kind: TokenKind): Promise<KnownCaller | null>;
  /** To be called when an account, or one of its tokens, has changed. */
  forget(accountId: string): void;
  /** To be called when something has changed that many accounts depend on. */
  forgetAll(): void;
}

/** @param read asks the database */
export const rememberCallers = (clock: Clock, read: (token: string) => Promise<Bearer | null>): Callers => {
  const memory = openMemory<Bearer>(clock);
  return {
    find: async (token, kind) => {
      const bearer = await memory.find(digestOf(token).toString("base64"), () => read(token));
      const isGood = bearer !== null && bearer.kind === kind && bearer.expiresAt > clock.now();
      return isGood ? bearer.caller : null;
    },
    forget: (accountId) => memory.forget(({ caller }) => caller.id === accountId),
    forgetAll: () => memory.forget(() => true),
  };
};

import type { Context, Hono } from "hono";
import type { Engine } from "#engine";
import { type AuditEntry, recordAudit } from "#journal";
import type { Clock, Logger } from "#runtime";
import type { Store, Tx } from "#store";
import { type AuditNote, auditEntryOf } from "./audit.ts";

export interface ApiOptions {
  readonly store: Store;
  readonly engine: Engine;
  readonly clock: Clock;
  readonly log: Logger;
  /** What callers must send as a bearer token. */
  readonly token: string;
  /** The name or address that the server is bound to; it and the loopback names are answered to. */
  readonly host: string;
  readonly version: string;
  readonly info: {
    /** The data folder; uploads wait in it while they are imported. */
    readonly data: string;
    /** Where the rehearsal tenant is, or null while there is none. */
    sandbox(): { readonly baseUrl: string; readonly web: string } | null;
  };
  /** Ends the streams that are open. */
  readonly closing?: AbortSignal;
  /** Holds work that goes on after its stream has ended, until it is done. */
  readonly underWay?: Set<Promise<void>>;
}

export interface Variables {
  readonly requestId: string;
  readonly clientRequestId: string;
}

export type Env = { Variables: Variables; Bindings: { incoming?: { socket?: { remoteAddress?: string } } } };
export type Call = Context<Env>;
export type Routes = Hono<Env>;

/** What every route works with. */
export interface Api extends ApiOptions {
  readonly startedAt: Date;
  readonly closing: AbortSignal;
  readonly underWay: Set<Promise<void>>;
  /**
   * Does something that an administrator asked for: in one transaction, with its entry in the audit log, and the engine looks for
   * work once it is committed.
   * @param note tells the audit log what was done, from the outcome
   */
  change<Outcome>(
    call: Call,
    work: (tx: Tx, now: Date) => Promise<Outcome>,
    note: (outcome: Outcome) => AuditNote | null,
  ): Promise<Outcome>;
  /** Records what was done elsewhere, by the engine. */
  record(call: Call, note: AuditNote): Promise<void>;
}

export const apiOf = (options: ApiOptions): Api => {
  const { store, clock, engine } = options;
  const entry = (call: Call, note: AuditNote, now: Date): AuditEntry =>
    auditEntryOf(note, {
      now,
      correlationId: call.get("requestId"),
      ipAddress: call.env?.incoming?.socket?.remoteAddress ?? null,
    });
  return {
    ...options,
    closing: options.closing ?? new AbortController().signal,
    underWay: options.underWay ?? new Set(),
    startedAt: clock.now(),
    change: async (call, work, note) => {
      const now = clock.now();
      const outcome = await store.transaction(async (tx) => {
        const result = await work(tx, now);
        const said = note(result);
        if (said !== null) await recordAudit(tx, [entry(call, said, now)]);
        return result;
      });
      engine.wake();
      return outcome;
    },
    record: (call, note) => store.transaction((tx) => recordAudit(tx, [entry(call, note, clock.now())])),
  };
};

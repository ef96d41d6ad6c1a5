import type { Generated, JSONColumnType } from "kysely";
import type { Kysely } from "kysely";
import type { Quarantine } from "#core";
import type { Queryable, Watermark } from "#store";

/** The engine's own schema, for typed queries. What a migration defines and nobody queries by type is left out. */
export interface ProvisioningTables {
  "provisioning.job": {
    id: string;
    app_id: string;
    fence: Generated<number>;
    directory_watermark: JSONColumnType<Watermark> | null;
    apps_watermark: JSONColumnType<Watermark> | null;
    initial_progress: JSONColumnType<InitialProgress> | null;
    target_identity: string | null;
    quarantine: JSONColumnType<Quarantine> | null;
    probe_failures: Generated<number>;
    cycle_id: string | null;
    last_cycle_id: string | null;
    last_success_id: string | null;
    steady_first: Date | null;
    steady_last: Date | null;
  };
}

/** How far the pass over everything has come: what is being read, and the last id seen. */
export interface InitialProgress {
  readonly phase: "links" | "assigned" | "users" | "groups";
  readonly after: string | null;
}

/** The database, or a transaction, as the engine sees it. */
export const on = (q: Queryable): Kysely<ProvisioningTables> => q as unknown as Kysely<ProvisioningTables>;

import { sql } from "kysely";
import type { Queryable } from "#store";
import { isOutdated } from "./access/activity-view.ts";
import { tidyMail } from "./mail/outbox.ts";
import { tidySessions } from "./sign-in/sessions.ts";

/** Throws away what has outlived its time, of every organisation. */
export const tidySandbox = async (db: Queryable, now: Date): Promise<void> => {
  await sql`delete from sandbox.activity where ${isOutdated(now)}`.execute(db);
  await tidyMail(db, now);
  await tidySessions(db, now);
};

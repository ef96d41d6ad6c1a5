import { sql } from "kysely";
import { codeOf } from "#runtime";
import type { Queryable, Sealer, Tx } from "#store";
import { appOf } from "./apps.ts";
import { appendAppChange } from "./changes.ts";
import { AppsError } from "./errors.ts";
import { addressKeys, isConfidential, plainKeys, scopeKeys } from "./secret-keys.ts";
import { destinationOf, readPairs } from "./secret-values.ts";
import type { SecretPair } from "./types.ts";

interface SecretRow {
  key: string;
  value: string | null;
  sealed: string | null;
}

const unchanged = "*";

/**
 * Replaces the whole set of credentials and settings of an app: what is not given is gone, an empty value deletes, and `*` keeps a confidential value,
 * unless the address that it is sent to moves. Keys are taken in any case.
 * @returns the keys whose value is another now, those that are gone among them
 * @throws AppsError `AppNotFound`, `UnknownSecret`, `DuplicateSecret`, `InvalidSecret`, `SecretMustBeReentered`
 */
export const saveSecrets = async (
  tx: Tx,
  sealer: Sealer,
  appId: string,
  pairs: readonly SecretPair[],
  now: Date,
): Promise<{ readonly changed: readonly string[] }> => {
  const app = await appOf(tx, appId);
  const given = readPairs(pairs);
  // Two writers of one app take turns.
  await sql`select 1 from apps.app where id = ${app.id} for update`.execute(tx);
  const stored = new Map((await readRows(tx, app.id)).map((row) => [row.key, row]));
  refuseMoves(given, stored);
  const next = [...given].map(([key, value]) => rowOf(sealer, app.id, key, value, stored.get(key)));
  const changed = [
    ...next.filter((row) => row.changed).map((row) => row.key),
    ...[...stored.keys()].filter((key) => !given.has(key)),
  ];
  await sql`delete from apps.secret where app_id = ${app.id}`.execute(tx);
  await sql`
    insert into apps.secret (app_id, key, position, value, sealed)
    select ${app.id}::uuid, row.key, row.position, row.value, row.sealed
    from jsonb_to_recordset(${JSON.stringify(next.map((row, position) => ({ ...row, position })))}::jsonb)
      as row(key text, position int, value text, sealed text)`.execute(tx);
  if (changed.some((key) => scopeKeys.has(key))) await appendAppChange(tx, app.id, "settings", "scope", now);
  if (changed.some((key) => plainKeys.has(key))) await appendAppChange(tx, app.id, "settings", "update", now);
  if (changed.some((key) => !scopeKeys.has(key) && !plainKeys.has(key))) {
    await appendAppChange(tx, app.id, "settings", "credentials", now);
  }
  return { changed };
};

/** Otherwise a writer could have the stored token sent to a host of their own. */
const refuseMoves = (given: ReadonlyMap<string, string>, stored: ReadonlyMap<string, SecretRow>): void => {
  const kept = [...given].filter(([key, value]) => isConfidential(key) && value === unchanged).map(([key]) => key);
  const [missing] = kept.filter((key) => !stored.has(key));
  if (missing !== undefined) {
    throw new AppsError("InvalidSecret", `No ${missing} is saved that "*" could keep. Give its value.`, {
      facts: { key: missing },
    });
  }
  if (kept.length === 0) return;
  const moved = addressKeys.find(
    (key) => destinationOf(given.get(key)) !== destinationOf(stored.get(key)?.value ?? undefined),
  );
  if (moved === undefined) return;
  throw new AppsError(
    "SecretMustBeReentered",
    `${moved} leads to another place than before, so ${kept.join(" and ")} must be given anew and not as "*".`,
    { facts: { moved, keys: kept } },
  );
};

const placeOf = (appId: string, key: string): string => `apps.secret/${appId}/${key}`;

const rowOf = (
  sealer: Sealer,
  appId: string,
  key: string,
  value: string,
  stored: SecretRow | undefined,
): SecretRow & { readonly changed: boolean } => {
  if (!isConfidential(key)) return { key, value, sealed: null, changed: stored?.value !== value };
  if (value === unchanged) return { key, value: null, sealed: stored?.sealed ?? null, changed: false };
  const place = placeOf(appId, key);
  return {
    key,
    value: null,
    sealed: sealer.seal(value, place),
    changed: openOrNull(sealer, stored?.sealed ?? null, place) !== value,
  };
};

/** A value that was sealed under a lost key is as good as none here: it is being replaced. */
const openOrNull = (sealer: Sealer, sealed: string | null, place: string): string | null => {
  if (sealed === null) return null;
  try {
    return sealer.open(sealed, place);
  } catch (error) {
    if (codeOf(error) === "Sealed") return null;
    throw error;
  }
};

/**
 * All values in plain text, by Graph's spelling of their keys: for the engine only.
 * @throws StoreError `Sealed` when the installation's key is another one now
 */
export const readSecrets = async (
  q: Queryable,
  sealer: Sealer,
  appId: string,
): Promise<ReadonlyMap<string, string>> => {
  const rows = await readRows(q, appId);
  return new Map(
    rows.map((row) => [
      row.key,
      row.sealed === null ? (row.value ?? "") : sealer.open(row.sealed, placeOf(appId, row.key)),
    ]),
  );
};

/** Exactly the keys that are set, in the order in which they were saved; confidential values as `*`. */
export const listSecretsMasked = async (q: Queryable, appId: string): Promise<readonly SecretPair[]> => {
  const rows = await readRows(q, appId);
  return rows.map((row) => ({ key: row.key, value: row.value ?? unchanged }));
};

const readRows = async (q: Queryable, appId: string): Promise<readonly SecretRow[]> => {
  const { rows } = await sql<SecretRow>`
    select key, value, sealed from apps.secret where app_id = ${appId} order by position`.execute(q);
  return rows;
};

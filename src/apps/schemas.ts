import { sql } from "kysely";
import type { SynchronizationSchema } from "#core";
import { newId } from "#runtime";
import type { Queryable, Tx } from "#store";
import { appendAppChange } from "./changes.ts";
import { AppsError, noJob } from "./errors.ts";
import { defaultSchema } from "./gallery/default-schema.ts";
import { getTemplate } from "./gallery/templates.ts";
import type { SaveOptions, SchemaVersion, Template } from "./types.ts";

/** Versions that are kept of a job's schema; older ones go. */
const keptVersions = 200;

export const templateOf = (id: string): Template => {
  const template = getTemplate(id);
  if (template !== null) return template;
  throw new AppsError(
    "TemplateNotFound",
    `The gallery has no template "${id}" any more, so this app cannot be set up anew.`,
  );
};

/** A template's mappings and filters with ids of their own. */
export const freshSchema = (template: Template, jobId: string): SynchronizationSchema =>
  defaultSchema(template, {
    schema: jobId,
    userRule: newId(),
    groupRule: newId(),
    sourceDirectory: newId(),
    targetDirectory: newId(),
  });

/** @throws AppsError `JobNotFound` */
export const readSchema = async (q: Queryable, jobId: string): Promise<SynchronizationSchema> => {
  const { rows } = await sql<{ schema: SynchronizationSchema }>`
    select schema from apps.job where id = ${jobId}`.execute(q);
  const [row] = rows;
  if (row === undefined) throw noJob(jobId);
  return row.schema;
};

/** Those of the kept documents whose text holds these words, the present one among them, newest first. */
export const schemasWith = async (
  q: Queryable,
  jobId: string,
  words: string,
): Promise<readonly SynchronizationSchema[]> => {
  const { rows } = await sql<{ schema: SynchronizationSchema }>`
    select schema from apps.schema_version
    where job_id = ${jobId} and position(${words} in schema::text) > 0 order by version desc`.execute(q);
  return rows.map(({ schema }) => schema);
};

/**
 * Saves a document that was read and checked; its id and version are set here. A document that says what the saved one says makes no
 * new version, and nobody due.
 * @returns the document as saved
 * @throws AppsError `JobNotFound`; `SchemaChanged` where somebody else saved after the expected version
 */
export const saveSchema = async (
  tx: Tx,
  jobId: string,
  document: SynchronizationSchema,
  now: Date,
  options: SaveOptions = {},
): Promise<SynchronizationSchema> => {
  const { rows } = await sql<{ app_id: string; schema_version: number; schema: SynchronizationSchema; same: boolean }>`
    select app_id, schema_version, schema, schema - 'id' - 'version' = ${JSON.stringify(document)}::jsonb - 'id' - 'version' as same
    from apps.job where id = ${jobId} for update`.execute(tx);
  const [row] = rows;
  if (row === undefined) throw noJob(jobId);
  mustBeExpected(textOf(row.schema_version), options.expected, jobId);
  if (row.same) return row.schema;
  const version = row.schema_version + 1;
  const saved = { ...document, id: jobId, version: textOf(version) };
  await sql`
    update apps.job set schema_version = ${version}, schema = ${JSON.stringify(saved)}::jsonb where id = ${jobId}`.execute(
    tx,
  );
  await keepVersion(tx, jobId, version, saved, options.note ?? "", now);
  await appendAppChange(tx, row.app_id, "schema", "update", now);
  return saved;
};

const mustBeExpected = (saved: string, expected: string | undefined, jobId: string): void => {
  if (expected === undefined || expected === saved) return;
  throw new AppsError(
    "SchemaChanged",
    `The schema was saved by somebody else meanwhile: it is ${saved} now, and this was made from ${expected}. Look at what they changed, then make the change on ${saved}.`,
    { facts: { jobId, expected, saved } },
  );
};

const textOf = (version: number): string => `v1.${version}`;

/** Null for what is no version. */
const numberOf = (version: string): number | null =>
  /^v1\.\d{1,9}$/.test(version) ? Number(version.slice("v1.".length)) : null;

/** Keeps a saved document beside the current one, and lets go of the oldest. */
export const keepVersion = async (
  tx: Tx,
  jobId: string,
  version: number,
  schema: SynchronizationSchema,
  note: string,
  now: Date,
): Promise<void> => {
  await sql`
    insert into apps.schema_version (job_id, version, schema, saved_at, note)
    values (${jobId}, ${version}, ${JSON.stringify(schema)}::jsonb, ${now}, ${note})`.execute(tx);
  await sql`delete from apps.schema_version where job_id = ${jobId} and version <= ${version - keptVersions}`.execute(
    tx,
  );
};

/**
 * What the template proposes, under the ids that the saved document has for its parts, so that the two can be compared.
 * @throws AppsError `JobNotFound`, `TemplateNotFound`
 */
export const templateSchema = async (q: Queryable, jobId: string): Promise<SynchronizationSchema> => {
  const { rows } = await sql<{ template_id: string; schema: SynchronizationSchema }>`
    select template_id, schema from apps.job where id = ${jobId}`.execute(q);
  const [row] = rows;
  if (row === undefined) throw noJob(jobId);
  const { synchronizationRules: rules, directories } = row.schema;
  const ruleOf = (type: string) =>
    rules.find(({ objectMappings }) =>
      objectMappings.some((mapping) => mapping.sourceObjectName.toLowerCase() === type),
    )?.id;
  const [users, groups] = [ruleOf("user"), ruleOf("group")];
  const directoryOf = (name: string | undefined) => directories.find((directory) => directory.name === name)?.id;
  const [rule] = rules;
  return defaultSchema(templateOf(row.template_id), {
    schema: jobId,
    userRule: users ?? newId(),
    groupRule: groups === undefined || groups === users ? newId() : groups,
    sourceDirectory: directoryOf(rule?.sourceDirectoryName) ?? newId(),
    targetDirectory: directoryOf(rule?.targetDirectoryName) ?? newId(),
  });
};

/**
 * Brings back the template's mappings and filters.
 * @throws AppsError `JobNotFound`, `TemplateNotFound`, `SchemaChanged`
 */
export const resetSchema = async (
  tx: Tx,
  jobId: string,
  now: Date,
  options: SaveOptions = {},
): Promise<SynchronizationSchema> => {
  const note = options.note ?? "The template's mappings brought back";
  return saveSchema(tx, jobId, await templateSchema(tx, jobId), now, { ...options, note });
};

/**
 * What was saved, newest first; the last 200 are kept.
 * @param page.after a version: those older than it
 * @throws AppsError `JobNotFound`
 */
export const listSchemaVersions = async (
  q: Queryable,
  jobId: string,
  page: { readonly after?: string; readonly limit: number },
): Promise<readonly SchemaVersion[]> => {
  const before = page.after === undefined ? null : numberOf(page.after);
  const { rows } = await sql<{ version: number | null; saved_at: Date; note: string }>`
    select v.version, v.saved_at, v.note from apps.job
    left join apps.schema_version v on v.job_id = job.id and (${before}::int is null or v.version < ${before}::int)
    where job.id = ${jobId} order by v.version desc limit ${page.limit}`.execute(q);
  if (rows.length === 0) throw noJob(jobId);
  return rows.flatMap(({ version, saved_at, note }) =>
    version === null ? [] : [{ version: textOf(version), savedAt: saved_at, note }],
  );
};

/** @throws AppsError `JobNotFound`, `SchemaVersionNotFound` */
export const readSchemaVersion = async (
  q: Queryable,
  jobId: string,
  version: string,
): Promise<SynchronizationSchema> => {
  const { rows } = await sql<{ schema: SynchronizationSchema | null }>`
    select v.schema from apps.job
    left join apps.schema_version v on v.job_id = job.id and v.version = ${numberOf(version) ?? -1}
    where job.id = ${jobId}`.execute(q);
  const [row] = rows;
  if (row === undefined) throw noJob(jobId);
  if (row.schema !== null) return row.schema;
  throw new AppsError(
    "SchemaVersionNotFound",
    `There is no version ${version.slice(0, 40)} of this schema. The last ${keptVersions} are kept; list them to see which.`,
    { facts: { jobId, version } },
  );
};

/**
 * Saves an earlier version anew.
 * @throws AppsError `JobNotFound`, `SchemaVersionNotFound`, `SchemaChanged`
 */
export const restoreSchemaVersion = async (
  tx: Tx,
  jobId: string,
  version: string,
  now: Date,
  options: SaveOptions = {},
): Promise<SynchronizationSchema> => {
  const note = options.note ?? `${version} brought back`;
  return saveSchema(tx, jobId, await readSchemaVersion(tx, jobId, version), now, { ...options, note });
};

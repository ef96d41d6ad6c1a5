import { type App, type Job, readSchema } from "#apps";
import { checkSchema, diffSchemas, type SchemaProblem, type SynchronizationSchema } from "#core";
import type { Tx } from "#store";
import type { Api, Call } from "./api.ts";
import { ApiError } from "./api-error.ts";
import { provisioningNote } from "./audit.ts";
import type { SavedSchema, SchemaChange, SchemaCheck } from "./contract/index.ts";
import type { Draft } from "./schema-drafts.ts";
import { schemaFactsOf } from "./schema-facts.ts";

/** Everything that is wrong with a draft, everything that should be known, and what would be different from the saved document. */
export const checkDraft = (draft: Draft, saved: SynchronizationSchema, app: App): SchemaCheck => {
  if (!draft.ok) return { problems: draft.problems, warnings: [], changes: [] };
  return { ...checkSchema(draft.document, schemaFactsOf(app)), changes: diffSchemas(saved, draft.document) };
};

/** Problems that one answer names. */
const most = 100;

const refusal = (problems: readonly SchemaProblem[], code: string): ApiError => {
  const [first] = problems;
  const others = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
  return new ApiError(400, code, `The schema is not valid: ${first?.path}: ${first?.message}${others}`, {
    details: problems.slice(0, most).map(({ path, message }) => ({ code: "InvalidValue", target: path, message })),
  });
};

/** A document that can be used, with what should be known of it. */
export interface SoundSchema {
  readonly document: SynchronizationSchema;
  readonly warnings: readonly SchemaProblem[];
}

/**
 * The draft as a document that can be saved or tried.
 * @param code of the refusal: ours, or what Graph's clients compare
 * @throws ApiError that names everything that is wrong
 */
export const soundOf = (draft: Draft, app: App, code = "SchemaInvalid"): SoundSchema => {
  if (!draft.ok) throw refusal(draft.problems, code);
  const { problems, warnings } = checkSchema(draft.document, schemaFactsOf(app));
  if (problems.length > 0) throw refusal(problems, code);
  return { document: draft.document, warnings };
};

/** Sentences of one entry in the audit log. */
const told = 20;

/**
 * Saves a schema, with what became different in the audit log. Where nothing did there is no entry and no new version.
 * @param write saves it and gives it as it is saved
 */
export const changeSchema = (
  api: Api,
  call: Call,
  { app, job }: { readonly app: App; readonly job: Job },
  warnings: readonly SchemaProblem[],
  write: (tx: Tx, now: Date) => Promise<SynchronizationSchema>,
): Promise<SavedSchema> =>
  api.change(
    call,
    async (tx, now): Promise<SavedSchema> => {
      const before = await readSchema(tx, job.id);
      const after = await write(tx, now);
      const saved = after.version !== before.version;
      return { version: after.version, saved, changes: saved ? diffSchemas(before, after) : [], warnings };
    },
    ({ version, saved, changes }) =>
      saved
        ? provisioningNote("Update attribute mappings or scope", "Update", app, {
            SchemaVersion: version,
            Changes: sentencesOf(changes),
          })
        : null,
  );

const sentencesOf = (changes: readonly SchemaChange[]): string => {
  const rest = changes.length - told;
  const sentences = changes.slice(0, told).map(({ sentence }) => sentence);
  return [...sentences, ...(rest > 0 ? [`and ${rest} more`] : [])].join("; ");
};

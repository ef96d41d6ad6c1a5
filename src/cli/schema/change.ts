import type { Command } from "commander";
import type {
  AppStatus,
  DraftRequest,
  JobStatus,
  ObjectType,
  SavedSchema,
  SaveSchemaRequest,
  SchemaAnswer,
  SchemaCheck,
  ScopeAnswer,
  ScopePreview,
  ScopePreviewRequest,
} from "#api/contract";
import { findJob } from "../client/apps.ts";
import { path } from "../client/client.ts";
import { type AppOptions, openSession, type Session, withApp } from "../command.ts";
import { counted } from "../output/amounts.ts";
import { scopeText } from "../output/moves-text.ts";
import { changesText, warningsText } from "../output/schema-text.ts";
import { jobStateName } from "../output/status-text.ts";
import { displayWidth, printable, shorten } from "../output/text.ts";
import { CliError, ServerError, wrongUse } from "../problems.ts";
import type { Shell } from "../shell.ts";

/** A job, with a way to speak to its server. */
export interface JobSession {
  readonly session: Session;
  readonly app: AppStatus;
  readonly job: JobStatus;
  /** Begins with `/lockstep/v1/jobs/…`. */
  readonly base: string;
}

export const openJob = async (flags: AppOptions, shell: Shell): Promise<JobSession> => {
  const session = await openSession(flags, shell);
  const { app, job } = await findJob(session.client, flags.app);
  return { session, app, job, base: path`/lockstep/v1/jobs/${job.jobId}` };
};

export const readSchema = async ({ session, base }: JobSession, version?: string): Promise<SchemaAnswer> =>
  (await session.client.ask(
    "GET",
    version === undefined ? `${base}/schema` : `${base}${path`/schema/versions/${version}`}`,
  )) as SchemaAnswer;

export const previewScope = async (
  { session, base }: JobSession,
  body: ScopePreviewRequest,
): Promise<readonly ScopePreview[]> =>
  ((await session.client.ask("POST", `${base}/scope/preview`, { body })) as ScopeAnswer).value;

/** Options of every command that saves a schema. */
export interface ChangeFlags extends AppOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly note?: string;
}

export const withChange = (command: Command): Command =>
  withApp(
    command
      .option("--dry-run", "save nothing: show what would change")
      .option("--yes", "do not ask when people would leave; needed where nobody can be asked")
      .option("--note <text>", "why, for schema history"),
  );

export interface Change {
  readonly flags: ChangeFlags;
  /** What is saved. */
  readonly draft: DraftRequest;
  /** The version that the draft was made from. */
  readonly from: string;
  /** What schema history says without `--note`. */
  readonly note: string;
  /** What people are told below the problems, if there are any. */
  readonly hint?: string;
  /** Whether it can make people enter or leave, so that they are counted first. */
  readonly movesPeople: boolean;
}

/** Shows what a draft would change and for whom, asks where people would leave, and saves it. Throws ServerError with every problem. */
export const carryOut = async (job: JobSession, change: Change, shell: Shell): Promise<void> => {
  const { session, base } = job;
  const { flags, draft } = change;
  const check = (await session.client.ask("POST", `${base}/schema/check`, { body: draft })) as SchemaCheck;
  if (check.problems.length > 0) throw refusal(check, change);
  const { changes, warnings } = check;
  if (changes.length === 0) {
    return session.print(
      { saved: false, version: change.from, changes, warnings, scope: [] },
      () => "Nothing would be different, so nothing was saved.",
    );
  }
  const scope = change.movesPeople ? await previewScope(job, draft) : [];
  const view = { ...session, width: session.width };
  if (!session.json) {
    await session.print(null, () =>
      [changesText(changes, view), ...(warnings.length === 0 ? [] : [warningsText(warnings, view)])].join("\n"),
    );
    const moved = scope.filter(({ entering, leaving }) => entering.count + leaving.count > 0);
    if (scope.length > 0 && moved.length === 0) await session.print(null, () => "\nNobody would enter or leave.");
    for (const one of moved) await session.print(null, () => `\n${scopeText(one, true, view)}`);
  }
  if (flags.dryRun === true) {
    return session.print(
      { saved: false, version: change.from, changes, warnings, scope },
      () => "\nDry run: nothing was saved.",
    );
  }
  await confirm(scope, job.app, flags, shell);
  const saved = await save(job, change);
  await session.print({ ...saved, scope }, () => `\nSaved as version ${saved.version}. ${next(scope, job.job)}`);
};

/** What follows from a save: the job looks for work at once, unless it is not running. */
const next = (scope: readonly ScopePreview[], { state }: JobStatus): string => {
  if (state !== "active" && state !== "notRun")
    return `The job is not running (${jobStateName(state)}), so accounts change once it is.`;
  return scope.some(({ entering, leaving }) => entering.count + leaving.count > 0)
    ? "Those who enter or leave are provisioned now; see npx lockstep status."
    : "Everybody is evaluated anew, and only real differences are written.";
};

const refusal = ({ problems }: SchemaCheck, { draft, hint }: Change): ServerError => {
  const carets = problems.flatMap(({ path, position }) => {
    const [, type, index] = /^\$\.filters\.(User|Group)\[(\d+)\]$/.exec(path) ?? [];
    const text = draft.filters?.[type as ObjectType]?.[Number(index)];
    return position === undefined || text === undefined ? [] : [caretUnder(text, position.offset)];
  });
  return new ServerError(
    400,
    {
      code: "SchemaInvalid",
      message: `Nothing was saved: ${counted(problems.length, "thing is", "things are")} wrong with it.`,
      details: problems.map((problem) => ({ code: "InvalidValue", target: problem.path, message: problem.message })),
    },
    [...carets, ...(hint === undefined ? [] : [hint])].join("\n"),
  );
};

/** Columns of a text that are shown before the place in question, and in all. */
const shownBefore = 40;
const shownInAll = 72;

/** The text with a sign below the place in question; of a long one, what is around it. */
export const caretUnder = (text: string, offset: number): string => {
  const start = offset > shownInAll - 10 ? offset - shownBefore : 0;
  const lead = `  ${start > 0 ? "…" : ""}`;
  const before = printable(text.slice(start, offset));
  const shown = shorten(printable(text.slice(start)), shownInAll);
  return `${lead}${shown}\n${" ".repeat(displayWidth(lead) + displayWidth(before))}^`;
};

/** Nobody loses an account because of a word that nobody said. */
const confirm = async (
  scope: readonly ScopePreview[],
  app: AppStatus,
  flags: ChangeFlags,
  shell: Shell,
): Promise<void> => {
  const leaving = scope.filter((one) => one.leaving.count > 0);
  if (flags.yes === true || leaving.length === 0) return;
  const who = leaving
    .map((one) => counted(one.leaving.count, one.objectType === "User" ? "user" : "group"))
    .join(" and ");
  const sentence = `${who} would leave ${printable(app.displayName)}`;
  if (shell.ask === null) throw wrongUse(`${sentence}; nothing was saved. Say so with --yes, or look with --dry-run.`);
  const reply = await shell.ask(`${sentence}. Save it? [y/N] `);
  if (!/^y(es)?$/i.test(reply)) throw new CliError("Interrupted", "Nothing was saved.");
};

const save = async ({ session, base }: JobSession, { flags, draft, from, note }: Change): Promise<SavedSchema> => {
  const said = { expectedVersion: from, note: flags.note ?? note };
  const ask = (method: string, target: string, body: unknown) => session.client.ask(method, target, { body });
  if (draft.version !== undefined) {
    return (await ask("POST", `${base}${path`/schema/versions/${draft.version}/restore`}`, said)) as SavedSchema;
  }
  if (draft.template === true) return (await ask("POST", `${base}/schema/reset`, said)) as SavedSchema;
  return (await ask("PUT", `${base}/schema`, { ...draft, ...said } satisfies SaveSchemaRequest)) as SavedSchema;
};

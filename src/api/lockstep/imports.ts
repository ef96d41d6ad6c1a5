import { Hono } from "hono";
import { z } from "zod";
import { issueWords } from "#runtime";
import {
  defaultSourceName,
  directoryPort,
  type ImportInput,
  type ImportSummary,
  importFile,
  SourceError,
} from "#sources";
import type { Api, Call, Env, Routes } from "../api.ts";
import { ApiError, badRequest } from "../api-error.ts";
import type { AuditNote } from "../audit.ts";
import type { ImportLine } from "../contract/index.ts";
import { streamLines, type Voice } from "../streams.ts";
import { receive } from "../upload.ts";

const truth = z
  .enum(["true", "false", "1", "0", ""])
  .transform((word) => word === "true" || word === "1" || word === "");
const optional = z
  .string()
  .optional()
  .transform((text) => (text === undefined || text.trim() === "" ? undefined : text.trim()));

const query = z.object({
  name: optional,
  format: z.enum(["csv", "ldif", "json"]).optional(),
  source: optional,
  anchor: optional,
  complete: truth.default(false),
  dryRun: truth.default(false),
  confirmRemovals: z.coerce.number().int().nonnegative().optional(),
});
type Wishes = z.infer<typeof query>;

/** Milliseconds between two lines about progress. */
const pause = 200;

/** Files of people and groups, imported as they are sent. */
export const importRoutes = (api: Api): Routes => {
  const routes = new Hono<Env>();
  const running = new Set<string>();

  routes.post("/imports", async (call) => {
    const wishes = read(call);
    const name = wishes.name?.split(/[\\/]/).at(-1) || "import";
    const source = wishes.source ?? defaultSourceName(name);
    if (running.has(source)) {
      const sentence = `An import of the source ${source} is running already. Wait until it has ended, and try again.`;
      throw new ApiError(409, "ImportRunning", sentence);
    }
    running.add(source);
    try {
      const upload = await receive(call.req.raw, api.info.data, name);
      return streamLines(api, call, async (voice) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        api.underWay.add(promise);
        try {
          await run(api, call, voice, source, { ...wishes, input: whileThere(upload.input, voice.gone) });
        } finally {
          running.delete(source);
          await upload.remove();
          api.underWay.delete(promise);
          resolve();
        }
      });
    } catch (error) {
      running.delete(source);
      throw error;
    }
  });

  return routes;
};

const read = (call: Call): Wishes => {
  const reading = query.safeParse(call.req.query(), { error: issueWords });
  if (reading.success) return reading.data;
  const [issue] = reading.error.issues;
  throw badRequest(`The query option ${issue?.path.join(".")} cannot be used: ${issue?.message}.`);
};

/** Breaks the reading off when nobody waits for the outcome any more; what was imported until then stays. */
const whileThere = (input: ImportInput, gone: AbortSignal): ImportInput => ({
  ...input,
  async *open() {
    for await (const chunk of input.open()) {
      if (gone.aborted)
        throw new ApiError(400, "ImportStopped", "The import was stopped. Import the file again for the rest.");
      yield chunk;
    }
  },
});

const run = async (
  api: Api,
  call: Call,
  voice: Voice,
  source: string,
  wishes: Wishes & { readonly input: ImportInput },
): Promise<void> => {
  const say = (line: ImportLine) => voice.say(line);
  let unconfirmed: number | null = null;
  let told = 0;
  const confirmRemoval = async (count: number): Promise<boolean> => {
    if (voice.gone.aborted) return false;
    const isConfirmed = wishes.confirmRemovals !== undefined && count <= wishes.confirmRemovals;
    if (!isConfirmed) unconfirmed = count;
    return isConfirmed;
  };
  const port = directoryPort(api.store, source, () => api.clock.now());
  let summary: ImportSummary;
  try {
    summary = await importFile(
      source,
      {
        file: wishes.input,
        format: wishes.format,
        anchor: wishes.anchor,
        complete: wishes.complete,
        dryRun: wishes.dryRun,
        confirmRemoval,
        onProblem: (problem) => say({ problem }),
        onProgress: (bytes, totalBytes, rows) => {
          const now = api.clock.now().getTime();
          if (now - told < pause) return;
          told = now;
          voice.mention({ progress: { bytes, totalBytes, rows } } satisfies ImportLine);
        },
      },
      port,
    );
  } catch (error) {
    if (error instanceof SourceError) throw new ApiError(400, error.code, error.message);
    throw error;
  } finally {
    // What was written before a failure stays written, and jobs are owed it.
    if (!wishes.dryRun) api.engine.wake();
  }
  if (!wishes.dryRun) await api.record(call, note(summary));
  say(unconfirmed === null ? { summary } : { needsConfirmation: { remove: unconfirmed }, summary });
};

const note = (summary: ImportSummary): AuditNote => {
  const count = (of: ImportSummary["users"]) =>
    `${of.added} added, ${of.changed} changed, ${of.restored} restored, ${of.removed} removed`;
  return {
    category: "UserManagement",
    activity: "Import users and groups",
    operation: "Other",
    targets: [],
    details: {
      Source: summary.source,
      Users: count(summary.users),
      Groups: count(summary.groups),
      Problems: String(summary.problemCount),
    },
  };
};

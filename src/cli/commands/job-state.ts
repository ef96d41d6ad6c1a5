import type { JobStatus } from "#api/contract";
import { gather } from "../arguments.ts";
import { findJob } from "../client/apps.ts";
import { path } from "../client/client.ts";
import { type AppOptions, examples, openSession, type Register, type Session, withApp } from "../command.ts";
import { wrongUse } from "../problems.ts";

const answer = async (session: Session, jobId: string, sentence: string): Promise<void> => {
  const status = (await session.client.ask("GET", path`/lockstep/v1/jobs/${jobId}/status`)) as JobStatus;
  await session.print(status, () => sentence);
};

export const registerPause: Register = (program, shell) => {
  const command = withApp(
    program
      .command("pause")
      .summary("pause an app's provisioning")
      .description(
        "Pauses an app's job: it stops between objects and writes nothing until it is resumed. Changes are kept for then.",
      )
      .argument("[app]", "the app; may be left out when there is one"),
  );
  examples(command, [
    ["pause", "the only app"],
    ["pause ThousandEyes", "an app by its name"],
  ]);
  command.action(async (reference: string | undefined, flags: AppOptions) => {
    const session = await openSession(flags, shell);
    const { app, job } = await findJob(session.client, reference ?? flags.app);
    await session.client.ask("POST", path`/lockstep/v1/jobs/${job.jobId}/pause`);
    await answer(session, job.jobId, `Provisioning of ${app.displayName} is paused. Go on with: npx lockstep resume`);
  });
};

export const registerResume: Register = (program, shell) => {
  const command = withApp(
    program
      .command("resume")
      .summary("start or resume an app's provisioning")
      .description(
        "Makes an app's job active: the first time, after a pause, or to leave quarantine. From then on changes are provisioned as they come.",
      )
      .argument("[app]", "the app; may be left out when there is one"),
  );
  examples(command, [
    ["resume", "the only app"],
    ["resume ThousandEyes", "an app by its name"],
  ]);
  command.action(async (reference: string | undefined, flags: AppOptions) => {
    const session = await openSession(flags, shell);
    const { app, job } = await findJob(session.client, reference ?? flags.app);
    await session.client.ask("POST", path`/lockstep/v1/jobs/${job.jobId}/start`);
    await answer(
      session,
      job.jobId,
      `Provisioning of ${app.displayName} is active. Watch it with: npx lockstep status`,
    );
  });
};

/** Words for the parts of a job's memory. */
const parts = {
  watermark: "watermark",
  failures: "escrows",
  quarantine: "quarantineState",
  links: "connectorDataStore",
  deletes: "forceDeletes",
} as const;
type Part = keyof typeof parts;

const isPart = (word: string): word is Part => Object.hasOwn(parts, word);

export const registerRestart: Register = (program, shell) => {
  const command = withApp(
    program
      .command("restart")
      .summary("forget an app's progress and begin with a full cycle")
      .description(
        "Restarts an app's job: it forgets how far it was, its failures and its quarantine, and evaluates everybody anew. Removals that are owed are never forgotten.",
      )
      .argument("[app]", "the app; may be left out when there is one")
      .option(
        "--only <part>",
        `forget this alone; may be repeated: ${Object.keys(parts).join(", ")} (links: which account belongs to whom)`,
        gather,
      ),
  );
  examples(command, [
    ["restart", "a full cycle of the only app"],
    ["restart --only failures", "only try again at once what failed"],
  ]);
  command.action(async (reference: string | undefined, flags: AppOptions & { readonly only?: readonly string[] }) => {
    const words = flags.only ?? ["watermark", "failures", "quarantine"];
    const unknown = words.find((word) => !isPart(word));
    if (unknown !== undefined)
      throw wrongUse(`--only knows no "${unknown}"; it takes one of: ${Object.keys(parts).join(", ")}.`);
    const scope = Object.fromEntries(Object.entries(parts).map(([word, name]) => [name, words.includes(word)]));
    const session = await openSession(flags, shell);
    const { app, job } = await findJob(session.client, reference ?? flags.app);
    await session.client.ask("POST", path`/lockstep/v1/jobs/${job.jobId}/restart`, { body: scope });
    await answer(
      session,
      job.jobId,
      `Provisioning of ${app.displayName} was restarted. Watch it with: npx lockstep status`,
    );
  });
};

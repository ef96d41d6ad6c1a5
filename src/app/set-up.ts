import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { addApp, assign, createJob, getTemplate, listApps, saveSecrets, setJobState } from "#apps";
import { countGroups, countUsers, findGroups, findUsers } from "#directory";
import type { OpenTarget } from "#engine";
import { type Clock, LockstepError } from "#runtime";
import type { Sandbox } from "#sandbox";
import { defaultSourceName, directoryPort, importFile } from "#sources";
import type { Store } from "#store";
import type { StartOptions } from "./contract.ts";
import type { ServerFiles } from "./server-files.ts";

export interface SetUpInput {
  readonly store: Store;
  readonly clock: Clock;
  readonly files: ServerFiles;
  readonly sandbox: Sandbox;
  readonly openTarget: OpenTarget;
  readonly options: Pick<StartOptions, "sample" | "directory" | "signal">;
  readonly say: (line: string) => void;
}

interface SampleAssignments {
  readonly template: string;
  readonly assignments: readonly { readonly group?: string; readonly user?: string; readonly role: string }[];
}

const examples = new URL("../../examples/", import.meta.url);

/**
 * The first run: people, the ThousandEyes app, who is assigned, credentials for the sandbox tenant. Everything after the import is one transaction, and an import
 * that is repeated changes nothing, so that a first run which was cut short simply begins again.
 */
export const setUp = async (input: SetUpInput): Promise<void> => {
  const { store, files, options, say } = input;
  if (files.isSetUp()) return;
  if ((!options.sample && options.directory === undefined) || (await listApps(store.db)).length > 0) {
    files.markSetUp();
    return;
  }
  const file = options.directory ?? fileURLToPath(new URL("sample-organisation.json", examples));
  say(options.directory === undefined ? "Making a sample organisation …" : `Importing ${file} …`);
  await importPeople(input, file, options.directory === undefined ? "sample" : defaultSourceName(file));
  if (options.signal.aborted) return;
  await testConnection(input);
  await addThousandEyes(input);
  files.markSetUp();
};

const importPeople = async ({ store, clock, say }: SetUpInput, file: string, source: string): Promise<void> => {
  const summary = await importFile(
    source,
    { file },
    directoryPort(store, source, () => clock.now()),
  );
  for (const { line, field, reason } of summary.problems.slice(0, 10)) say(`  line ${line}, ${field}: ${reason}`);
  if (summary.problemCount > 10) say(`  … and ${summary.problemCount - 10} more rows with problems`);
  if ((await countUsers(store.db)) === 0)
    throw new LockstepError("NobodyImported", `${file} holds nobody who could be imported. Give another file.`);
  say(`  ${await countUsers(store.db)} people and ${await countGroups(store.db)} groups are in the directory.`);
};

const testConnection = async ({ sandbox, openTarget, say }: SetUpInput): Promise<void> => {
  const template = thousandEyes();
  const credentials = { kind: "bearer", token: sandbox.token } as const;
  const { baseUrl } = sandbox;
  const target = openTarget({
    baseUrl,
    credentials,
    layers: { template: template.profile, found: {}, baseUrl, own: {} },
  });
  try {
    const answer = await target.probe({ lane: "onDemand", matchingPath: "userName" });
    if (!answer.ok)
      throw new LockstepError("SandboxUnreachable", `The sandbox tenant does not answer: ${answer.failure.message}`);
    say(`Testing the connection to ${sandbox.baseUrl} … it answers, and the token is accepted.`);
  } finally {
    await target.close();
  }
};

const addThousandEyes = async ({ store, clock, sandbox, options, say }: SetUpInput): Promise<void> => {
  const now = clock.now();
  const everybody = options.directory !== undefined;
  await store.transaction(async (tx) => {
    const app = await addApp(tx, thousandEyes().id, { now });
    const job = await createJob(tx, app.id, now);
    const pairs = [
      { key: "BaseAddress", value: sandbox.baseUrl },
      { key: "SecretToken", value: sandbox.token },
      { key: "SyncAll", value: String(everybody) },
    ];
    await saveSecrets(tx, store.sealer, app.id, pairs, now);
    if (everybody) {
      say("Adding ThousandEyes, with everybody in scope (sync all users).");
    } else {
      const sample: SampleAssignments = JSON.parse(readFileSync(new URL("sample-assignments.json", examples), "utf8"));
      for (const { group, user, role } of sample.assignments) {
        const [found] =
          group === undefined ? await findUsers(tx, "userPrincipalName", user ?? "") : await findGroups(tx, group);
        if (found === undefined)
          throw new LockstepError("SampleIncomplete", `The sample organisation has no ${group ?? user}.`);
        await assign(tx, app.id, { id: found.id, type: found.kind === "user" ? "User" : "Group" }, role, { now });
      }
      say(
        `Adding ThousandEyes; assigning ${sample.assignments.filter(({ group }) => group !== undefined).length} groups and ${sample.assignments.filter(({ user }) => user !== undefined).length} people.`,
      );
    }
    await setJobState(tx, job.id, "Active", now);
  });
};

const thousandEyes = () => {
  const template = getTemplate("thousandeyes");
  if (template === null) throw new TypeError("the gallery has no ThousandEyes");
  return template;
};

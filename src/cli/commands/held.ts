import type { CountAnswer, HeldObject, HeldPage, ObjectsRequest } from "#api/contract";
import { findJob } from "../client/apps.ts";
import { type Client, path } from "../client/client.ts";
import { type AppOptions, examples, openSession, type Register, type Session, withApp } from "../command.ts";
import { counted, localTime } from "../output/amounts.ts";
import { table } from "../output/table.ts";
import { printable, wrap } from "../output/text.ts";
import { CliError, wrongUse } from "../problems.ts";
import type { Shell } from "../shell.ts";

interface DecideFlags extends AppOptions {
  readonly all?: boolean;
  readonly yes?: boolean;
}

export const registerHeld: Register = (program, shell) => {
  const group = program
    .command("held")
    .summary("decide on removals that the guard holds")
    .description("Removals that the guard holds until a person decides.");
  const list = withApp(group.command("list", { isDefault: true }).description("Lists what is held, and why."));
  examples(list, [
    ["held list", "of the only app"],
    ["held", "the same"],
    ["held list --json", "for programs"],
  ]);
  list.action(async (flags: AppOptions) => listHeld(flags, shell));
  decide(group.command("allow").description("Lets held removals go ahead."), "allow", shell);
  decide(group.command("reject").description("Keeps the accounts: they are no longer managed."), "reject", shell);
};

const decide = (
  bare: ReturnType<Parameters<Register>[0]["command"]>,
  verdict: "allow" | "reject",
  shell: Shell,
): void => {
  const command = withApp(
    bare
      .argument("[objects...]", "ids or display names of held objects")
      .option("--all", "everything that is held; it says so plainly, so nobody is asked")
      .option("--yes", "do not ask"),
  );
  examples(command, [
    [`held ${verdict} --all`, "everything that is held"],
    [`held ${verdict} "Ada Berg"`, "one person"],
  ]);
  command.action(async (objects: readonly string[], flags: DecideFlags) => {
    if (objects.length > 0 && flags.all === true) throw wrongUse("Name objects or give --all, not both.");
    const session = await openSession(flags, shell);
    const { app, job } = await findJob(session.client, flags.app);
    const held = await readHeld(session.client, job.jobId);
    const ids: ObjectsRequest["ids"] = objects.length === 0 ? "all" : objects.map((object) => idOf(object, held));
    if (ids === "all" && held.length > 0 && flags.all !== true && flags.yes !== true) {
      const what = `${counted(held.length, "removal")} of ${app.displayName}`;
      if (shell.ask === null)
        throw wrongUse(`This would ${verdict} ${what}. Say so with --all, or name those that you mean.`);
      const reply = await shell.ask(`${verdict === "allow" ? "Allow" : "Reject"} all ${what}? [y/N] `);
      if (!/^y(es)?$/i.test(reply)) throw new CliError("Interrupted", "Nothing was decided.");
    }
    const answer = (await session.client.ask("POST", `${path`/lockstep/v1/jobs/${job.jobId}/held/`}${verdict}`, {
      body: { ids } satisfies ObjectsRequest,
    })) as CountAnswer;
    await session.print(answer, () => sentence(answer.count, verdict));
  });
};

const sentence = (count: number, verdict: "allow" | "reject"): string => {
  if (count === 0) return "Nothing was held.";
  return verdict === "allow"
    ? `${counted(count, "removal")} will go ahead now.`
    : `${counted(count, "account")} will be kept, no longer managed.`;
};

const readHeld = async (client: Client, jobId: string): Promise<readonly HeldObject[]> => {
  const all: HeldObject[] = [];
  let after: string | undefined;
  do {
    const page = (await client.ask("GET", path`/lockstep/v1/jobs/${jobId}/held`, { query: { after } })) as HeldPage;
    all.push(...page.value);
    after = page.next ?? undefined;
  } while (after !== undefined);
  return all;
};

const idOf = (reference: string, held: readonly HeldObject[]): string => {
  const wanted = reference.toLowerCase();
  const byId = held.find((object) => object.objectId.toLowerCase() === wanted);
  if (byId !== undefined) return byId.objectId;
  const named = held.filter((object) => object.displayName.toLowerCase() === wanted);
  if (named.length === 1) return named[0]!.objectId;
  if (named.length === 0)
    throw new CliError("NotFound", `Nothing that is held is called "${reference}". See npx lockstep held.`);
  const ids = named.map((object) => object.objectId).join(", ");
  throw new CliError("Ambiguous", `"${reference}" names ${named.length} held objects; use an id: ${ids}`);
};

const listHeld = async (flags: AppOptions, shell: Shell): Promise<void> => {
  const session = await openSession(flags, shell);
  const { job } = await findJob(session.client, flags.app);
  const held = await readHeld(session.client, job.jobId);
  await session.print({ value: held }, () => heldText(held, session));
};

/** What the guard said last of removals, and of accounts that vanished: each once, however many objects it is about. */
const guardSentences = (held: readonly HeldObject[]): readonly string[] => {
  const latest = new Map<boolean, HeldObject>();
  for (const object of held) {
    const known = latest.get(object.action === "create");
    if (known === undefined || object.heldAt >= known.heldAt) latest.set(object.action === "create", object);
  }
  return [...latest.values()].flatMap(({ heldBecause = "" }) => (heldBecause === "" ? [] : [heldBecause]));
};

const heldText = (held: readonly HeldObject[], session: Session): string => {
  if (held.length === 0) return "Nothing is held.";
  const rows = held.map((object) => [
    localTime(object.heldAt),
    object.displayName,
    object.action,
    object.explanation,
    object.objectId,
  ]);
  const above = guardSentences(held).map(
    (why) => `${session.style.warn(wrap(printable(why), session.width ?? Number.POSITIVE_INFINITY))}\n\n`,
  );
  const columns = [
    { title: "HELD SINCE" },
    { title: "NAME", shrinkTo: 12 },
    { title: "ACTION" },
    { title: "WHY", shrinkTo: 20 },
    { title: "ID" },
  ];
  return `${above.join("")}${table(columns, rows, { width: session.width, title: session.style.bold })}\n\n${counted(held.length, "removal")} held. Decide with: npx lockstep held allow|reject [NAME or ID …]`;
};

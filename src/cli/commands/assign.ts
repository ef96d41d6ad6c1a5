import type { AssignmentAnswer, AssignmentRequest } from "#api/contract";
import { oneOf } from "../arguments.ts";
import { findApp } from "../client/apps.ts";
import { path } from "../client/client.ts";
import { type AppOptions, examples, openSession, type Register, type Session, withApp } from "../command.ts";
import { counted } from "../output/amounts.ts";
import { printable } from "../output/text.ts";

interface AssignFlags extends AppOptions {
  readonly role?: string;
  readonly type?: "User" | "Group";
  readonly expandNested?: boolean;
}

const PRINCIPALS = "users (id or user principal name) or groups (id or display name)";

export const registerAssign: Register = (program, shell) => {
  const command = withApp(
    program
      .command("assign")
      .summary("give people or groups an app")
      .description(
        "Assigns users or groups to an app, with a role. Who is assigned with a role that provisions is created in the app.",
      )
      .argument("<principals...>", PRINCIPALS)
      .option("--role <role>", "display name, value or id of an app role (default: the app's first role)")
      .option(
        "--type <type>",
        "what a name means when a user and a group have it: user or group",
        oneOf(["User", "Group"]),
      )
      .option("--expand-nested", "let members of groups within a group count as well")
      .option("--no-expand-nested", "let only a group's own members count (the usual case)"),
  );
  examples(command, [
    ["assign ada@contoso.example", "one person to the only app"],
    ["assign Engineering --type group --role User", "a group, with a role"],
    ["assign Engineering --expand-nested", "with the members of its nested groups; also later"],
    ["assign ada@contoso.example --app ThousandEyes", "to one of several apps"],
  ]);
  command.action(async (principals: readonly string[], flags: AssignFlags) => {
    const session = await openSession(flags, shell);
    const app = await findApp(session.client, flags.app);
    const value: AssignmentAnswer[] = [];
    for (const principal of principals) {
      const assignment = await assignmentOf(session, app.id, principal, flags);
      value.push(assignment);
      if (session.json) continue;
      const who = printable(assignment.principalDisplayName ?? principal);
      const nested = assignment.expandNested ? ", members of nested groups with it" : "";
      const warning = assignment.provisionable ? "" : " This role provisions nobody; give another one with --role.";
      await session.print(
        null,
        () =>
          `${who} is assigned to ${printable(app.displayName)} as ${printable(assignment.roleName)}${nested}.${warning}`,
      );
    }
    if (session.json) await session.print({ value }, () => "");
  });
};

export const registerUnassign: Register = (program, shell) => {
  const command = withApp(
    program
      .command("unassign")
      .summary("take an app from people or groups")
      .description(
        "Removes assignments to an app. Whoever has no other way to it leaves the app: the account is disabled.",
      )
      .argument("<principals...>", PRINCIPALS)
      .option(
        "--type <type>",
        "what a name means when a user and a group have it: user or group",
        oneOf(["User", "Group"]),
      ),
  );
  examples(command, [
    ["unassign ada@contoso.example", "one person from the only app"],
    ["unassign Engineering --type group", "a group"],
  ]);
  command.action(async (principals: readonly string[], flags: AssignFlags) => {
    const session = await openSession(flags, shell);
    const app = await findApp(session.client, flags.app);
    const value: unknown[] = [];
    for (const principal of principals) {
      const body = requestOf(principal, flags);
      const answer = (await session.client.ask("DELETE", path`/lockstep/v1/apps/${app.id}/assignments`, { body })) as {
        readonly removed?: number | readonly unknown[];
      } | null;
      value.push({ principal, ...answer });
      if (session.json) continue;
      const removed = Array.isArray(answer?.removed) ? answer.removed.length : Number(answer?.removed ?? 1);
      const how = removed === 1 ? "" : ` (${counted(removed, "assignment")})`;
      await session.print(
        null,
        () => `${printable(principal)} is no longer assigned to ${printable(app.displayName)}${how}.`,
      );
    }
    if (session.json) await session.print({ value }, () => "");
  });
};

/** The assignment that there is by then: made, or, where only the nesting is said of one that exists, changed. */
const assignmentOf = async (
  { client }: Session,
  appId: string,
  principal: string,
  flags: AssignFlags,
): Promise<AssignmentAnswer> => {
  const address = path`/lockstep/v1/apps/${appId}/assignments`;
  const request = requestOf(principal, flags);
  if (flags.expandNested === undefined)
    return (await client.ask("POST", address, { body: request })) as AssignmentAnswer;
  const body = { ...request, expandNested: flags.expandNested };
  const changed = (await client.ask("PATCH", address, { body })) as { readonly value: readonly AssignmentAnswer[] };
  return changed.value[0] ?? ((await client.ask("POST", address, { body })) as AssignmentAnswer);
};

const requestOf = (principal: string, flags: AssignFlags): AssignmentRequest => ({
  principal,
  ...(flags.type === undefined ? {} : { principalType: flags.type }),
  ...(flags.role === undefined ? {} : { role: flags.role }),
});

import type { Command } from "commander";
import { gather, wholeNumber } from "../arguments.ts";
import { path } from "../client/client.ts";
import { findDeleted, findGroup, type GraphObject, takeGraph, textOf } from "../client/graph.ts";
import { examples, openSession, type Register, type ServerOptions, withServer } from "../command.ts";
import { groupListText, groupText } from "../output/directory-text.ts";
import { printable } from "../output/text.ts";
import type { Shell } from "../shell.ts";

const GROUP = "id or display name";
const SHOWN_MEMBERS = 100;
// Graph leaves out by itself what the table shows.
const MEMBER = "id,displayName,userPrincipalName,accountEnabled,department";

export const registerGroup: Register = (program, shell) => {
  const group = program.command("group").summary("groups of the directory").description("Groups of the directory.");
  list(group.command("list"), shell);
  show(group.command("show"), shell);
  create(group.command("create"), shell);
  members(group.command("add-member").description("Puts people into a group."), "add", shell);
  members(group.command("remove-member").description("Takes people out of a group."), "remove", shell);
  remove(group.command("delete"), shell);
  restore(group.command("restore"), shell);
};

const list = (bare: Command, shell: Shell): void => {
  const command = withServer(
    bare
      .description("Lists groups.")
      .option("--deleted", "deleted groups in place of live ones")
      .option("--limit <number>", "at most so many", wholeNumber(1, 1_000_000), 100),
  );
  examples(command, [["group list", "the first 100"]]);
  command.action(async (flags: ServerOptions & { readonly deleted?: boolean; readonly limit: number }) => {
    const session = await openSession(flags, shell);
    const target = flags.deleted === true ? "/v1.0/directory/deletedItems/microsoft.graph.group" : "/v1.0/groups";
    const { items, more } = await takeGraph(session.client, target, { $top: Math.min(flags.limit, 500) }, flags.limit);
    await session.print({ value: items, more }, () => groupListText(items, more, session));
  });
};

const show = (bare: Command, shell: Shell): void => {
  const command = withServer(bare.description("Shows a group and its members.").argument("<group>", GROUP));
  examples(command, [["group show Engineering", "its attributes and members"]]);
  command.action(async (reference: string, flags: ServerOptions) => {
    const session = await openSession(flags, shell);
    const group = await findGroup(session.client, reference);
    const limit = session.json ? Number.POSITIVE_INFINITY : SHOWN_MEMBERS;
    const found = await takeGraph(
      session.client,
      path`/v1.0/groups/${group.id}/members`,
      { $select: session.json ? undefined : MEMBER },
      limit,
    );
    await session.print({ group, members: found.items }, () => groupText(group, found, session));
  });
};

const create = (bare: Command, shell: Shell): void => {
  const command = withServer(
    bare
      .description("Creates a group.")
      .argument("<name>", "display name")
      .option("--description <text>", "what it is for")
      .option("--member <user>", "id or user principal name of a member; may be repeated", gather),
  );
  examples(command, [["group create Engineering --member ada@contoso.example", "a group with one member"]]);
  command.action(
    async (
      displayName: string,
      flags: ServerOptions & { readonly description?: string; readonly member?: readonly string[] },
    ) => {
      const session = await openSession(flags, shell);
      const mailNickname = displayName.normalize("NFKD").replace(/[^A-Za-z0-9]/g, "") || "group";
      const description = flags.description === undefined ? {} : { description: flags.description };
      const body = { displayName, mailNickname, mailEnabled: false, securityEnabled: true, ...description };
      const group = (await session.client.ask("POST", "/v1.0/groups", { body })) as GraphObject;
      for (const who of flags.member ?? []) {
        const user = (await session.client.ask("GET", path`/v1.0/users/${who}`)) as GraphObject;
        await session.client.ask("POST", path`/v1.0/groups/${group.id}/members/$ref`, {
          body: { "@odata.id": `${session.client.url.origin}/v1.0/directoryObjects/${user.id}` },
        });
      }
      await session.print(group, () => `${printable(displayName)} was created (${group.id}).`);
    },
  );
};

const members = (bare: Command, change: "add" | "remove", shell: Shell): void => {
  const command = withServer(bare.argument("<group>", GROUP).argument("<users...>", "ids or user principal names"));
  examples(command, [[`group ${change}-member Engineering ada@contoso.example`, "one person"]]);
  command.action(async (reference: string, users: readonly string[], flags: ServerOptions) => {
    const session = await openSession(flags, shell);
    const group = await findGroup(session.client, reference);
    const name = printable(textOf(group, "displayName"));
    const ids: string[] = [];
    for (const who of users) {
      const user = (await session.client.ask("GET", path`/v1.0/users/${who}`)) as GraphObject;
      ids.push(user.id);
      if (change === "add") {
        await session.client.ask("POST", path`/v1.0/groups/${group.id}/members/$ref`, {
          body: { "@odata.id": `${session.client.url.origin}/v1.0/directoryObjects/${user.id}` },
        });
      } else await session.client.ask("DELETE", path`/v1.0/groups/${group.id}/members/${user.id}/$ref`);
      const verb = change === "add" ? "is now in" : "is no longer in";
      if (!session.json)
        await session.print(null, () => `${printable(textOf(user, "displayName") || who)} ${verb} ${name}.`);
    }
    if (session.json) await session.print({ group: group.id, members: ids }, () => "");
  });
};

const remove = (bare: Command, shell: Shell): void => {
  const command = withServer(
    bare.description("Deletes a group. It can be restored for 30 days.").argument("<group>", GROUP),
  );
  examples(command, [["group delete Engineering", "its members lose what it gave them"]]);
  command.action(async (reference: string, flags: ServerOptions) => {
    const session = await openSession(flags, shell);
    const group = await findGroup(session.client, reference);
    await session.client.ask("DELETE", path`/v1.0/groups/${group.id}`);
    await session.print(
      { deleted: group.id },
      () => `${printable(textOf(group, "displayName"))} was deleted. It can be restored for 30 days.`,
    );
  });
};

const restore = (bare: Command, shell: Shell): void => {
  const command = withServer(bare.description("Restores a deleted group with its members.").argument("<group>", GROUP));
  examples(command, [["group restore Engineering", "as it was before"]]);
  command.action(async (reference: string, flags: ServerOptions) => {
    const session = await openSession(flags, shell);
    const group = await findDeleted(session.client, "group", reference);
    await session.client.ask("POST", path`/v1.0/directory/deletedItems/${group.id}/restore`);
    await session.print({ restored: group.id }, () => `${printable(textOf(group, "displayName"))} was restored.`);
  });
};

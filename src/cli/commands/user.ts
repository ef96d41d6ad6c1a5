import type { Command } from "commander";
import { attributesOf, gather, wholeNumber } from "../arguments.ts";
import { path } from "../client/client.ts";
import { findDeleted, type GraphObject, literal, takeGraph, textOf } from "../client/graph.ts";
import { examples, openSession, type Register, type ServerOptions, type Session, withServer } from "../command.ts";
import { objectText, userListText } from "../output/directory-text.ts";
import { printable } from "../output/text.ts";
import { CliError, ServerError, wrongUse } from "../problems.ts";
import type { Shell } from "../shell.ts";

interface ListFlags extends ServerOptions {
  readonly filter?: string;
  readonly name?: string;
  readonly deleted?: boolean;
  readonly limit: number;
}
interface AttributeFlags extends ServerOptions {
  readonly displayName?: string;
  readonly mail?: string;
  readonly set?: readonly string[];
  readonly clear?: readonly string[];
  readonly enable?: boolean;
  readonly disable?: boolean;
  readonly manager?: string;
}

export const registerUser: Register = (program, shell) => {
  const group = program.command("user").summary("people of the directory").description("People of the directory.");
  list(group.command("list"), shell);
  show(group.command("show"), shell);
  create(group.command("create"), shell);
  update(group.command("update"), shell);
  remove(group.command("delete"), shell);
  restore(group.command("restore"), shell);
  purge(group.command("purge"), shell);
};

const WHO = "id or user principal name";
const SHOWN = "id,displayName,userPrincipalName,accountEnabled,department";
const DELETED = "id, user principal name or display name of a deleted user";

const list = (bare: Command, shell: Shell): void => {
  const command = withServer(
    bare
      .description("Lists users.")
      .option("--filter <expression>", "an OData filter, such as \"mail eq 'ada@contoso.example'\"")
      .option("--name <text>", "display names that begin with this")
      .option("--deleted", "deleted users in place of live ones")
      .option("--limit <number>", "at most so many", wholeNumber(1, 1_000_000), 100),
  );
  examples(command, [
    ["user list", "the first 100"],
    ["user list --name Ada", "those whose display name begins with Ada"],
    ["user list --deleted", "who can be restored"],
  ]);
  command.action(async (flags: ListFlags) => {
    if (flags.name !== undefined && flags.filter !== undefined) throw wrongUse("Give --name or --filter, not both.");
    const filter = flags.name === undefined ? flags.filter : `startswith(displayName,${literal(flags.name)})`;
    const session = await openSession(flags, shell);
    const target = flags.deleted === true ? "/v1.0/directory/deletedItems/microsoft.graph.user" : "/v1.0/users";
    const { items, more } = await takeGraph(
      session.client,
      target,
      // Graph leaves out by itself what the table shows; a person's deleted form has it all.
      { $filter: filter, $top: Math.min(flags.limit, 500), $select: flags.deleted === true ? undefined : SHOWN },
      flags.limit,
    );
    await session.print({ value: items, more }, () => userListText(items, more, session));
  });
};

const show = (bare: Command, shell: Shell): void => {
  const command = withServer(bare.description("Shows the attributes of a user.").argument("<user>", WHO));
  examples(command, [["user show ada@contoso.example", "all attributes that have a value"]]);
  command.action(async (who: string, flags: ServerOptions) => {
    const session = await openSession(flags, shell);
    await printUser(session, who);
  });
};

const printUser = async (session: Session, who: string, sentence = ""): Promise<void> => {
  const user = (await session.client.ask("GET", path`/v1.0/users/${who}`, { query: { $select: "*" } })) as GraphObject;
  await session.print(user, () => `${sentence}${objectText(user)}`);
};

const withAttributes = (command: Command): Command =>
  withServer(
    command
      .option("--mail <address>", "e-mail address")
      .option(
        "--set <name=value>",
        "an attribute by its Graph name; may be repeated; extensionAttribute1 to 15 too",
        gather,
      )
      .option("--manager <user>", `the manager, ${WHO}; none takes it away`),
  );

const create = (bare: Command, shell: Shell): void => {
  const command = withAttributes(
    bare
      .description("Creates a user.")
      .argument("<userPrincipalName>", "such as ada@contoso.example")
      .option("--display-name <name>", "display name (default: the part before @)")
      .option("--disable", "sign-in is blocked"),
  );
  examples(command, [
    ['user create ada@contoso.example --display-name "Ada Berg" --mail ada@contoso.example', "a person"],
    ["user create bo@contoso.example --set department=Sales --set jobTitle=Clerk", "with more attributes"],
  ]);
  command.action(async (userPrincipalName: string, flags: AttributeFlags) => {
    const before = userPrincipalName.split("@")[0] ?? userPrincipalName;
    const body = {
      userPrincipalName,
      displayName: flags.displayName ?? before,
      mailNickname: before,
      accountEnabled: flags.disable !== true,
      ...changesOf(flags),
    };
    const session = await openSession(flags, shell);
    const made = await makeUser(session, body);
    await setManager(session, made.id, flags.manager);
    await printUser(session, made.id, "Created.\n");
  });
};

const makeUser = async (session: Session, body: { readonly userPrincipalName: string }): Promise<GraphObject> => {
  try {
    return (await session.client.ask("POST", "/v1.0/users", { body })) as GraphObject;
  } catch (error) {
    const details = error instanceof ServerError && Array.isArray(error.body.details) ? error.body.details : [];
    if (!(error instanceof ServerError) || !details.some(({ code }) => code === "ObjectConflict")) throw error;
    const name = body.userPrincipalName;
    const message = `There is a user ${name} already. Choose another name, or change that one with: npx lockstep user update ${name}`;
    throw new ServerError(error.status, {
      ...error.body,
      message,
      details: details.map((detail) => ({ ...detail, message })),
    });
  }
};

const update = (bare: Command, shell: Shell): void => {
  const command = withAttributes(
    bare
      .description("Changes attributes of a user.")
      .argument("<user>", WHO)
      .option("--display-name <name>", "display name")
      .option("--clear <name>", "take an attribute's value away; may be repeated", gather)
      .option("--enable", "allow sign-in")
      .option("--disable", "block sign-in"),
  );
  examples(command, [
    ['user update ada@contoso.example --display-name "Ada Holm"', "a new name"],
    ["user update ada@contoso.example --disable", "block sign-in"],
    ["user update ada@contoso.example --set department=Sales --clear jobTitle", "set one attribute, clear another"],
  ]);
  command.action(async (who: string, flags: AttributeFlags) => {
    if (flags.enable === true && flags.disable === true) throw wrongUse("Give --enable or --disable, not both.");
    const body = {
      ...changesOf(flags),
      ...(flags.displayName === undefined ? {} : { displayName: flags.displayName }),
      ...(flags.enable === true ? { accountEnabled: true } : flags.disable === true ? { accountEnabled: false } : {}),
    };
    if (Object.keys(body).length === 0 && flags.manager === undefined)
      throw wrongUse("Nothing to change: give --set, --clear, --display-name, …");
    const session = await openSession(flags, shell);
    const { id } = (await session.client.ask("GET", path`/v1.0/users/${who}`)) as GraphObject;
    if (Object.keys(body).length > 0) await session.client.ask("PATCH", path`/v1.0/users/${id}`, { body });
    await setManager(session, id, flags.manager);
    await printUser(session, id, "Changed.\n");
  });
};

const onPremises = /^extensionAttribute([1-9]|1[0-5])$/i;

const changesOf = (flags: AttributeFlags): Readonly<Record<string, unknown>> => {
  const cleared = (flags.clear ?? []).map((name) => [name, null] as const);
  const entries: (readonly [string, unknown])[] = [...Object.entries(attributesOf(flags.set ?? [])), ...cleared];
  if (flags.mail !== undefined) entries.push(["mail", flags.mail === "" ? null : flags.mail]);
  const extensions = entries.filter(([name]) => onPremises.test(name));
  const others = Object.fromEntries(entries.filter(([name]) => !onPremises.test(name)));
  return extensions.length === 0
    ? others
    : { ...others, onPremisesExtensionAttributes: Object.fromEntries(extensions) };
};

const setManager = async (session: Session, id: string, manager: string | undefined): Promise<void> => {
  if (manager === undefined) return;
  const target = path`/v1.0/users/${id}/manager/$ref`;
  if (manager === "none") {
    await session.client.ask("DELETE", target);
    return;
  }
  const found = (await session.client.ask("GET", path`/v1.0/users/${manager}`)) as GraphObject;
  await session.client.ask("PUT", target, {
    body: { "@odata.id": `${session.client.url.origin}/v1.0/users/${found.id}` },
  });
};

const remove = (bare: Command, shell: Shell): void => {
  const command = withServer(
    bare.description("Deletes users. They can be restored for 30 days.").argument("<users...>", WHO),
  );
  examples(command, [["user delete ada@contoso.example", "can be restored for 30 days"]]);
  command.action(async (users: readonly string[], flags: ServerOptions) => {
    const session = await openSession(flags, shell);
    for (const who of users) {
      await session.client.ask("DELETE", path`/v1.0/users/${who}`);
      if (!session.json)
        await session.print(
          null,
          () => `${printable(who)} was deleted. It can be restored for 30 days with: npx lockstep user restore`,
        );
    }
    if (session.json) await session.print({ deleted: users }, () => "");
  });
};

const restore = (bare: Command, shell: Shell): void => {
  const command = withServer(bare.description("Restores a deleted user.").argument("<user>", DELETED));
  examples(command, [["user restore ada@contoso.example", "as it was before"]]);
  command.action(async (who: string, flags: ServerOptions) => {
    const session = await openSession(flags, shell);
    const { id } = await findDeleted(session.client, "user", who);
    await session.client.ask("POST", path`/v1.0/directory/deletedItems/${id}/restore`);
    await printUser(session, id, "Restored.\n");
  });
};

const purge = (bare: Command, shell: Shell): void => {
  const command = withServer(
    bare.description("Removes a deleted user for good.").argument("<user>", DELETED).option("--yes", "do not ask"),
  );
  examples(command, [["user purge ada@contoso.example --yes", "cannot be undone"]]);
  command.action(async (who: string, flags: ServerOptions & { readonly yes?: boolean }) => {
    const session = await openSession(flags, shell);
    const user = await findDeleted(session.client, "user", who);
    const name = printable(textOf(user, "displayName") || who);
    if (flags.yes !== true) {
      if (shell.ask === null) throw wrongUse(`This would remove ${name} for good. Say so with --yes.`);
      if (!/^y(es)?$/i.test(await shell.ask(`Remove ${name} for good? [y/N] `)))
        throw new CliError("Interrupted", "Nothing was removed.");
    }
    await session.client.ask("DELETE", path`/v1.0/directory/deletedItems/${user.id}`);
    await session.print({ purged: user.id }, () => `${name} was removed for good.`);
  });
};

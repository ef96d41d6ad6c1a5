import type { Command } from "commander";
import { oneOf } from "../arguments.ts";
import { findApp, readStatus } from "../client/apps.ts";
import { type Client, path } from "../client/client.ts";
import { type GraphObject, listGraph, takeGraph, textOf } from "../client/graph.ts";
import {
  type AppOptions,
  examples,
  openSession,
  type Register,
  type ServerOptions,
  withApp,
  withServer,
} from "../command.ts";
import { appListText, appText, galleryText } from "../output/app-text.ts";
import { printable } from "../output/text.ts";
import { CliError, ServerError, wrongUse } from "../problems.ts";
import type { Shell } from "../shell.ts";

const SHOWN_ASSIGNMENTS = 50;

export const registerApp: Register = (program, shell) => {
  const group = program
    .command("app")
    .summary("enterprise apps and the gallery")
    .description("Enterprise apps: what people are provisioned into.");
  gallery(group.command("gallery"), shell);
  add(group.command("add"), shell);
  list(group.command("list"), shell);
  show(group.command("show"), shell);
  remove(group.command("delete"), shell);
};

const gallery = (bare: Command, shell: Shell): void => {
  const command = withServer(
    bare
      .description("Lists the templates from which apps are made.")
      .argument("[search]", "part of a name or category"),
  );
  examples(command, [
    ["app gallery", "all templates"],
    ["app gallery thousand", "those with this in their name or category"],
  ]);
  command.action(async (search: string | undefined, flags: ServerOptions) => {
    const session = await openSession(flags, shell);
    const value = (await readTemplates(session.client)).filter((template) => fitsSearch(template, search));
    await session.print({ value }, () => galleryText(value, session));
  });
};

const add = (bare: Command, shell: Shell): void => {
  const command = withServer(
    bare
      .description("Adds an app from a template, and its provisioning job.")
      .argument("<template>", "name or id of a template, such as scim; see app gallery")
      .option("--name <name>", "display name of the app (default: that of the template)"),
  );
  examples(command, [
    ["app add thousandeyes", "ThousandEyes"],
    ['app add thousandeyes --name "ThousandEyes EU"', "a second one"],
  ]);
  command.action(async (reference: string, flags: ServerOptions & { readonly name?: string }) => {
    const session = await openSession(flags, shell);
    const template = await findTemplate(session.client, reference);
    const displayName = flags.name ?? textOf(template, "displayName");
    const made = (await session.client.ask("POST", path`/v1.0/applicationTemplates/${template.id}/instantiate`, {
      body: { displayName },
    })) as { readonly servicePrincipal: GraphObject };
    const job = await addJob(session.client, made.servicePrincipal.id);
    // Two apps may share a name; only the id tells them apart then.
    const isShared = !session.json && (await countNamed(session.client, displayName)) > 1;
    await session.print({ ...made, job }, () => {
      const name = isShared ? made.servicePrincipal.id : JSON.stringify(printable(displayName));
      return `${printable(displayName)} was added (${made.servicePrincipal.id}).\nNext: npx lockstep credentials ${name}, npx lockstep assign WHO --app ${name}, npx lockstep resume ${name}`;
    });
  });
};

const countNamed = async (client: Client, displayName: string): Promise<number> => {
  let count = 0;
  for await (const app of listGraph(client, "/v1.0/servicePrincipals")) {
    if (textOf(app, "displayName").toLowerCase() === displayName.toLowerCase()) count += 1;
  }
  return count;
};

/** A new app has no job: makes the one that its template proposes. */
const addJob = async (client: Client, appId: string): Promise<unknown> => {
  const base = path`/v1.0/servicePrincipals/${appId}/synchronization`;
  const { items } = await takeGraph(client, `${base}/templates`, {}, 20);
  const chosen = items.find((item) => item.default === true) ?? items[0];
  if (chosen === undefined)
    throw new CliError("NotFound", "The app was added, but its template proposes no provisioning job.");
  return client.ask("POST", `${base}/jobs`, { body: { templateId: chosen.id } });
};

const readTemplates = async (client: Client): Promise<readonly GraphObject[]> => {
  const templates: GraphObject[] = [];
  for await (const template of listGraph(client, "/v1.0/applicationTemplates")) templates.push(template);
  return templates;
};

const fitsSearch = (template: GraphObject, search: string | undefined): boolean => {
  if (search === undefined) return true;
  const categories = Array.isArray(template.categories) ? template.categories.join(" ") : "";
  return `${textOf(template, "displayName")} ${textOf(template, "publisher")} ${categories}`
    .toLowerCase()
    .includes(search.toLowerCase());
};

const findTemplate = async (client: Client, reference: string): Promise<GraphObject> => {
  const templates = await readTemplates(client);
  const wanted = reference.toLowerCase();
  // Short names are display names without what is neither letter nor digit.
  const short = (name: string) => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
  const found =
    templates.find((template) =>
      [template.id, textOf(template, "displayName")].some((name) => name.toLowerCase() === wanted),
    ) ?? templates.find((template) => short(textOf(template, "displayName")) === short(reference));
  if (found !== undefined) return found;
  // The list tells the GUIDs only; the server knows the short ids too.
  const byId = await templateById(client, reference);
  if (byId !== null) return byId;
  const near = templates
    .filter((template) => fitsSearch(template, reference))
    .map((template) => textOf(template, "displayName"));
  const hint = near.length > 0 ? `Did you mean ${near.slice(0, 5).join(", ")}?` : "See npx lockstep app gallery.";
  throw new CliError("NotFound", `The gallery has no template "${reference}". ${hint}`);
};

const templateById = async (client: Client, id: string): Promise<GraphObject | null> => {
  try {
    return (await client.ask("GET", path`/v1.0/applicationTemplates/${id}`)) as GraphObject;
  } catch (error) {
    if (error instanceof ServerError && error.status === 404) return null;
    throw error;
  }
};

const list = (bare: Command, shell: Shell): void => {
  const command = withServer(bare.description("Lists the apps and the state of their provisioning."));
  examples(command, [["app list", "all apps"]]);
  command.action(async (flags: ServerOptions) => {
    const session = await openSession(flags, shell);
    const { apps } = await readStatus(session.client);
    await session.print({ value: apps }, () => appListText(apps, session));
  });
};

const show = (bare: Command, shell: Shell): void => {
  const command = withApp(
    bare
      .description("Shows an app: its roles, who is assigned, its job.")
      .argument("[app]", "the app; may be left out when there is one"),
  );
  examples(command, [
    ["app show", "the only app"],
    ["app show ThousandEyes --json", "for programs"],
  ]);
  command.action(async (reference: string | undefined, flags: AppOptions) => {
    const session = await openSession(flags, shell);
    const app = await findApp(session.client, reference ?? flags.app);
    const servicePrincipal = (await session.client.ask("GET", path`/v1.0/servicePrincipals/${app.id}`)) as GraphObject;
    const limit = session.json ? Number.POSITIVE_INFINITY : SHOWN_ASSIGNMENTS;
    const assigned = await takeGraph(
      session.client,
      path`/v1.0/servicePrincipals/${app.id}/appRoleAssignedTo`,
      {},
      limit,
    );
    await session.print({ servicePrincipal, assignments: assigned.items, jobs: app.jobs }, () =>
      appText(app, servicePrincipal, assigned, session),
    );
  });
};

interface DeleteFlags extends ServerOptions {
  readonly accounts: "leave" | "disable";
  readonly yes?: boolean;
}

const remove = (bare: Command, shell: Shell): void => {
  const command = withServer(
    bare
      .description("Deletes an app with its job, credentials and assignments.")
      .argument("<app>", "display name, template id or id")
      .option(
        "--accounts <what>",
        "what becomes of its accounts: leave or disable",
        oneOf(["leave", "disable"] as const),
        "leave",
      )
      .option(
        "--yes",
        "do not ask; needed where nobody can be asked, as an app's job and assignments do not come back",
      ),
  );
  examples(command, [
    ["app delete ThousandEyes", "asks first; the accounts stay as they are"],
    ["app delete ThousandEyes --yes", "for scripts"],
  ]);
  command.action(async (reference: string, flags: DeleteFlags) => {
    const session = await openSession(flags, shell);
    const app = await findApp(session.client, reference);
    const name = printable(app.displayName);
    if (flags.yes !== true) {
      if (shell.ask === null)
        throw wrongUse(`This would delete ${name} with its job and assignments. Say so with --yes.`);
      const reply = await shell.ask(`Delete ${name} with its job, credentials and assignments? [y/N] `);
      if (!/^y(es)?$/i.test(reply)) throw new CliError("Interrupted", "Nothing was deleted.");
    }
    await session.client.ask("DELETE", path`/v1.0/servicePrincipals/${app.id}`, {
      query: { accounts: flags.accounts },
    });
    await session.print({ deleted: app.id }, () => `${name} was deleted.`);
  });
};

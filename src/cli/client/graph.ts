import { CliError } from "../problems.ts";
import { type Client, path, type Query } from "./client.ts";

/** An object as Graph's paths give it. */
export type GraphObject = { readonly id: string } & { readonly [name: string]: unknown };

/** A member as text; empty where it is absent or no text. */
export const textOf = (object: { readonly [name: string]: unknown }, name: string): string => {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
};

/** All objects of a list, page after page. */
export async function* listGraph(client: Client, target: string, query: Query = {}): AsyncGenerator<GraphObject> {
  let answer = (await client.ask("GET", target, { query })) as GraphPage;
  for (;;) {
    yield* answer.value;
    const next = answer["@odata.nextLink"];
    if (next === undefined) return;
    const url = new URL(next, client.url);
    answer = (await client.ask(
      "GET",
      url.pathname.slice(client.url.pathname.replace(/\/$/, "").length) + url.search,
    )) as GraphPage;
  }
}

interface GraphPage {
  readonly value: readonly GraphObject[];
  readonly "@odata.nextLink"?: string;
}

/** Reads at most `limit` objects, and whether there are more. */
export const takeGraph = async (
  client: Client,
  target: string,
  query: Query,
  limit: number,
): Promise<{ readonly items: readonly GraphObject[]; readonly more: boolean }> => {
  const items: GraphObject[] = [];
  for await (const item of listGraph(client, target, query)) {
    if (items.length === limit) return { items, more: true };
    items.push(item);
  }
  return { items, more: false };
};

/** A text as a literal of `$filter`. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A live group by id or display name. Throws NotFound and Ambiguous. */
export const findGroup = async (client: Client, reference: string): Promise<GraphObject> => {
  if (guid.test(reference)) return (await client.ask("GET", path`/v1.0/groups/${reference}`)) as GraphObject;
  const query = { $filter: `displayName eq ${literal(reference)}` };
  const { items } = await takeGraph(client, "/v1.0/groups", query, 5);
  if (items.length === 1) return items[0]!;
  if (items.length === 0)
    throw new CliError("NotFound", `There is no group "${reference}". See npx lockstep group list.`);
  throw new CliError(
    "Ambiguous",
    `More than one group is called "${reference}"; use an id: ${items.map((item) => item.id).join(", ")}`,
  );
};

/** A deleted object by id, user principal name or display name. Throws NotFound and Ambiguous. */
export const findDeleted = async (client: Client, kind: "user" | "group", reference: string): Promise<GraphObject> => {
  const wanted = reference.toLowerCase();
  const found: GraphObject[] = [];
  for await (const item of listGraph(client, `/v1.0/directory/deletedItems/microsoft.graph.${kind}`)) {
    if (item.id.toLowerCase() === wanted) return item;
    // Graph puts the id before the name of a deleted user, so that the name is free again.
    const name = textOf(item, "userPrincipalName").toLowerCase();
    const names = [
      name,
      name.replace(item.id.replaceAll("-", "").toLowerCase(), ""),
      textOf(item, "displayName").toLowerCase(),
    ];
    if (names.includes(wanted)) found.push(item);
  }
  if (found.length === 1) return found[0]!;
  if (found.length === 0)
    throw new CliError(
      "NotFound",
      `There is no deleted ${kind} "${reference}". See npx lockstep ${kind} list --deleted.`,
    );
  throw new CliError(
    "Ambiguous",
    `"${reference}" names ${found.length} deleted ${kind}s; use an id: ${found.map((item) => item.id).join(", ")}`,
  );
};

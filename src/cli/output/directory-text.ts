import { type GraphObject, textOf } from "../client/graph.ts";
import type { Session } from "../command.ts";
import { facts, table } from "./table.ts";
import { printable } from "./text.ts";

type View = Pick<Session, "style" | "width">;

const moreText = (more: boolean): string => (more ? "\nand more; --limit shows them" : "");

export const userListText = (users: readonly GraphObject[], more: boolean, view: View): string => {
  if (users.length === 0) return "There is no such user.";
  const rows = users.map((user) => [
    textOf(user, "displayName"),
    textOf(user, "userPrincipalName"),
    textOf(user, "accountEnabled") === "false" ? "blocked" : "",
    textOf(user, "department"),
    user.id,
  ]);
  const columns = [
    { title: "NAME", shrinkTo: 12 },
    { title: "USER PRINCIPAL NAME", shrinkTo: 20 },
    { title: "SIGN-IN" },
    { title: "DEPARTMENT", shrinkTo: 10 },
    { title: "ID" },
  ];
  return `${table(columns, rows, { width: view.width, title: view.style.bold })}${moreText(more)}`;
};

export const groupListText = (groups: readonly GraphObject[], more: boolean, view: View): string => {
  if (groups.length === 0) return "There is no such group.";
  const rows = groups.map((group) => [textOf(group, "displayName"), textOf(group, "description"), group.id]);
  const columns = [{ title: "NAME", shrinkTo: 12 }, { title: "DESCRIPTION", shrinkTo: 12 }, { title: "ID" }];
  return `${table(columns, rows, { width: view.width, title: view.style.bold })}${moreText(more)}`;
};

/** Every attribute that has a value, by name. */
export const objectText = (object: GraphObject): string =>
  facts(
    Object.entries(object).flatMap(([name, value]): [string, string][] => {
      if (name.startsWith("@odata.") || value === null || value === "" || (Array.isArray(value) && value.length === 0))
        return [];
      if (typeof value !== "object" || Array.isArray(value)) return [[printable(name), printable(textOfValue(value))]];
      return Object.entries(value)
        .filter(([, inner]) => inner !== null)
        .map(([inner, content]): [string, string] => [printable(inner), printable(textOfValue(content))]);
    }),
  );

const textOfValue = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(textOfValue).join(", ");
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
};

export const groupText = (
  group: GraphObject,
  members: { readonly items: readonly GraphObject[]; readonly more: boolean },
  view: View,
): string => {
  if (members.items.length === 0) return `${objectText(group)}\n\nIt has no members.`;
  return `${objectText(group)}\n\n${userListText(members.items, members.more, view)}`;
};

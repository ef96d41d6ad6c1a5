import type { ScopeMove, ScopeMoves, ScopePreview } from "#api/contract";
import { amount, counted } from "./amounts.ts";
import type { Style } from "./style.ts";
import { fits, table } from "./table.ts";
import { printable, wrap } from "./text.ts";

interface View {
  readonly style: Style;
  readonly width: number | null;
}

const effects: Readonly<Record<ScopeMove["effect"], string>> = {
  create: "is made or adopted",
  enable: "is enabled",
  disable: "is disabled",
  nothing: "stays as it is",
};

/** `1 user`, `12 groups` */
const objects = (count: number, type: ScopePreview["objectType"]): string =>
  counted(count, type === "User" ? "user" : "group");

const columnsFor = (isUser: boolean) => [
  { title: "WHO" },
  ...(isUser ? [{ title: "USER PRINCIPAL NAME" }] : []),
  { title: "THE ACCOUNT" },
  { title: "BECAUSE" },
];

/** A table where the terminal is wide enough, else a paragraph for each: why somebody moves is never cut off. */
const listed = (moves: readonly ScopeMove[], isUser: boolean, view: View): string => {
  const rows = moves.map((move) => [
    move.displayName,
    ...(isUser ? [move.userPrincipalName ?? ""] : []),
    effects[move.effect],
    move.because,
  ]);
  const columns = columnsFor(isUser);
  if (fits(columns, rows, view.width)) return table(columns, rows, { width: null, title: view.style.bold });
  const width = view.width ?? Number.POSITIVE_INFINITY;
  return moves
    .map((move) => {
      const name = isUser ? `${move.displayName} (${move.userPrincipalName ?? ""})` : move.displayName;
      const head = wrap(printable(`${name}: the account ${effects[move.effect]}`), width - 2, "    ");
      return `  ${head}\n    ${view.style.dim(wrap(printable(move.because), width - 4, "    "))}`;
    })
    .join("\n");
};

const side = (moves: ScopeMoves, type: ScopePreview["objectType"], verb: string, view: View): readonly string[] => {
  if (moves.count === 0) return [];
  const head = `${objects(moves.count, type)} would ${verb}${moves.first.length === 0 ? "." : ":"}`;
  const rest = moves.count - moves.first.length;
  return [
    "",
    verb === "leave" ? view.style.warn(head) : view.style.good(head),
    ...(moves.first.length === 0 ? [] : [listed(moves.first, type === "User", view)]),
    ...(rest > 0 && moves.first.length > 0
      ? [view.style.dim(`and ${amount(rest)} more; filter count --first NUMBER names more of them`)]
      : []),
  ];
};

const summary = (preview: ScopePreview, isDraft: boolean): string => {
  const { objectType, considered, inScopeNow, inScopeThen } = preview;
  const now = `${amount(inScopeNow)} of ${objects(considered, objectType)} ${inScopeNow === 1 ? "is" : "are"} in scope`;
  if (!isDraft) return `${now}.`;
  return inScopeNow === inScopeThen && preview.entering.count === 0 && preview.leaving.count === 0
    ? `${now}, now and with this change: nobody would enter or leave.`
    : `${now} now; with this change it would be ${amount(inScopeThen)}.`;
};

/** Who is in scope of one type of object; with a draft, who would leave and who would enter, and what becomes of their accounts. */
export const scopeText = (preview: ScopePreview, isDraft: boolean, view: View): string => {
  const width = view.width ?? Number.POSITIVE_INFINITY;
  return [
    wrap(summary(preview, isDraft), width),
    ...side(preview.leaving, preview.objectType, "leave", view),
    ...(preview.guard === null ? [] : ["", view.style.warn(wrap(printable(preview.guard), width))]),
    ...side(preview.entering, preview.objectType, "enter", view),
  ].join("\n");
};

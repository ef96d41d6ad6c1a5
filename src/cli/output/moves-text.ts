import type { ScopeMove, ScopeMoves, ScopePreview } from "#api/contract";
import { amount, counted } from "./amounts.ts";
import type { Style } from "./style.ts";
import { table } from "./table.ts";
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
export const objects = (count: number, type: ScopePreview["objectType"]): string =>
  counted(count, type === "User" ? "user" : "group");

const side = (moves: ScopeMoves, type: ScopePreview["objectType"], verb: string, view: View): readonly string[] => {
  if (moves.count === 0) return [];
  const isUser = type === "User";
  const rows = moves.first.map((move) => [
    move.displayName,
    ...(isUser ? [move.userPrincipalName ?? ""] : []),
    effects[move.effect] ?? move.effect,
    move.because,
  ]);
  const columns = [
    { title: "WHO", shrinkTo: 12 },
    ...(isUser ? [{ title: "USER PRINCIPAL NAME", shrinkTo: 14 }] : []),
    { title: "THE ACCOUNT" },
    { title: "BECAUSE", shrinkTo: 24 },
  ];
  const head = `${objects(moves.count, type)} would ${verb}:`;
  const rest = moves.count - moves.first.length;
  return [
    "",
    verb === "leave" ? view.style.warn(head) : view.style.good(head),
    table(columns, rows, { width: view.width, title: view.style.bold }),
    ...(rest > 0 ? [view.style.dim(`and ${amount(rest)} more; --first NUMBER names more of them`)] : []),
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

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
const objects = (count: number, type: ScopePreview["objectType"]): string =>
  counted(count, type === "User" ? "user" : "group");

/** People who move for the same reason, which is told of them once. */
interface Party {
  readonly because: string;
  readonly members: readonly ScopeMove[];
}

const partiesOf = (moves: readonly ScopeMove[]): readonly Party[] => {
  const shared = ({ because, displayName }: ScopeMove) =>
    displayName === "" ? because : because.replaceAll(displayName, "each of these");
  return [...Map.groupBy(moves, shared)].map(([because, members]) => ({
    because: members.length > 1 ? because.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase()) : members[0]!.because,
    members,
  }));
};

const columns = [
  { title: "WHO", shrinkTo: 12 },
  { title: "USER PRINCIPAL NAME", shrinkTo: 16 },
  { title: "THE ACCOUNT" },
];

const partyText = ({ because, members }: Party, isUser: boolean, view: View): string => {
  const width = view.width ?? Number.POSITIVE_INFINITY;
  const why = `  ${wrap(printable(because), width - 2, "  ")}`;
  const [only] = members;
  if (only !== undefined && members.length === 1) {
    const name = isUser ? `${only.userPrincipalName ?? ""}: ` : "";
    return `${why}\n    ${view.style.dim(wrap(printable(`${name}the account ${effects[only.effect]}`), width - 4, "    "))}`;
  }
  const rows = members.map((move) => [
    move.displayName,
    ...(isUser ? [move.userPrincipalName ?? ""] : []),
    effects[move.effect],
  ]);
  const listed = table(isUser ? columns : columns.filter((_, index) => index !== 1), rows, {
    width: view.width === null ? null : view.width - 4,
    title: view.style.bold,
  });
  const lines = listed.split("\n").map((line) => `    ${line}`);
  return [why, ...lines].join("\n");
};

const side = (moves: ScopeMoves, type: ScopePreview["objectType"], verb: string, view: View): readonly string[] => {
  if (moves.count === 0) return [];
  const head = `${objects(moves.count, type)} would ${verb}${moves.first.length === 0 ? "." : ":"}`;
  const rest = moves.count - moves.first.length;
  return [
    "",
    verb === "leave" ? view.style.warn(head) : view.style.good(head),
    ...partiesOf(moves.first).map((party) => partyText(party, type === "User", view)),
    ...(rest > 0 && moves.first.length > 0
      ? [view.style.dim(`and ${amount(rest)} more; filter count --first NUMBER names more of them`)]
      : []),
  ];
};

const summary = (preview: ScopePreview, isDraft: boolean): string => {
  const { objectType, considered, inScopeNow, inScopeThen } = preview;
  const now = `${amount(inScopeNow)} of ${objects(considered, objectType)} ${considered === 1 ? "is" : "are"} in scope`;
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

import type { Examination, ExaminationProgress, Leftovers } from "#api/contract";
import type { ProgressState } from "./progress.ts";
import { noStyle, type Style } from "./style.ts";
import { printable, wrap } from "./text.ts";

type ReportedFinding = Examination["findings"][number];

const usualWidth = 100;

/** A sentence behind a sign, broken between words and indented below itself. */
const item = (sign: string, text: string, width: number, indent = "  "): string =>
  `${indent}${sign} ${wrap(printable(text), width - indent.length - 2, `${indent}  `)}`;

const bySameArea = (findings: readonly ReportedFinding[]): ReadonlyMap<string, readonly ReportedFinding[]> =>
  Map.groupBy(findings, ({ area }) => area);

const deviation = (finding: ReportedFinding, style: Style, width: number): string => {
  const sign = finding.verdict === "cannot" ? style.bad("✗") : style.warn("!");
  const says = item(sign, finding.says, width);
  return finding.means === null ? says : `${says}\n${item("→", finding.means, width, "    ")}`;
};

/** A profile as its members, one a line, and what a command line sets. */
export const profileLines = (profile: object, indent = "  "): string =>
  Object.entries(profile)
    .map(([name, value]) => `${indent}${name} = ${printable(JSON.stringify(value))}`)
    .join("\n");

const verdicts: Readonly<Record<Examination["verdict"], string>> = {
  fine: "This target can be provisioned.",
  deviates: "This target can be provisioned, with what is said above.",
  cannot: "This target cannot be provisioned.",
};

const verdictText = ({ interrupted, verdict }: Examination, style: Style): string => {
  if (interrupted) return style.warn("The examination was stopped before its end; nothing is concluded from it.");
  return verdict === "cannot" ? style.bad(verdicts[verdict]) : style.good(verdicts[verdict]);
};

export const leftoversText = (
  { removed, left }: Pick<Leftovers, "removed" | "left">,
  style: Style = noStyle,
): string => {
  const gone = removed === 1 ? "1 throw-away object was removed." : `${removed} throw-away objects were removed.`;
  return [gone, ...left.map((line) => style.bad(`  ! ${printable(line)}`))].join("\n");
};

/** What an examination has found, for people: what works, what deviates and means what, what could not be looked at, and the profile. */
export const examinationText = (report: Examination, style: Style = noStyle, columns: number | null = null): string => {
  const width = Math.max(60, Math.min(columns ?? usualWidth, 120));
  const { findings, profile, cleanUp, requests, baseUrl } = report;
  const of = (...wanted: readonly ReportedFinding["verdict"][]) =>
    findings.filter(({ verdict }) => wanted.includes(verdict));
  const section = (title: string, lines: readonly string[]): readonly string[] =>
    lines.length === 0 ? [] : [`${style.bold(title)}\n${lines.join("\n")}`];
  const works = [...bySameArea(of("works"))].flatMap(([area, list]) => [
    `  ${area}`,
    ...list.map(({ says }) => item(style.good("✓"), says, width, "    ")),
  ]);
  const odd = [...bySameArea(of("deviates", "cannot"))].flatMap(([area, list]) => [
    `  ${area}`,
    ...list.map((one) =>
      deviation(one, style, width - 2)
        .split("\n")
        .map((line) => `  ${line}`)
        .join("\n"),
    ),
  ]);
  // Of a target that gave no answer the reason is said once, and nothing else is known.
  const answered = findings.some(({ code }) => code === "answers");
  const unseen = answered ? of("unknown").map(({ says }) => item("?", says, width)) : [];
  const hasProfile = Object.keys(profile).length > 0;
  const learned =
    report.interrupted || !answered
      ? []
      : section("Profile", [hasProfile ? profileLines(profile) : "  Nothing to set: it is spoken to as usual."]);
  return [
    `Examined ${printable(baseUrl)} with ${requests} ${requests === 1 ? "request" : "requests"}.`,
    ...section("Works", works),
    ...section("Deviates", odd),
    ...section("Not examined", unseen),
    ...learned,
    ...(answered || cleanUp.removed > 0 || cleanUp.left.length > 0 ? [leftoversText(cleanUp, style)] : []),
    verdictText(report, style),
  ].join("\n\n");
};

export const progressOfExamination = ({ step, steps, name, requests }: ExaminationProgress): ProgressState => ({
  label: "Examining",
  done: step,
  total: steps,
  parts: [{ text: printable(name) }, { text: `${requests} requests` }],
  rate: null,
  secondsLeft: null,
});

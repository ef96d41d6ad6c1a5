import { readFileSync } from "node:fs";
import { patchBodyValidation, type ScimPatch, type ScimResource, scimPatch } from "scim-patch";
import { filter as compileOther, parse as parseOther } from "scim2-parse-filter";
import SCIMMY from "scimmy";
import { beforeAll, describe, expect, test } from "vitest";
import { comparable } from "#test/scim-fixtures.ts";
import {
  applyPatchBody,
  compileFilter,
  groupResourceType,
  type JsonObject,
  type JsonValue,
  parseFilter,
  representation,
  userResourceType,
} from "./index.ts";

// Where libraries that nobody here wrote get a case of the fixtures right, this room has to say the same as they do.

type Answers = { readonly after?: JsonObject; readonly error?: unknown };
type PatchCase = Answers & {
  readonly id: string;
  readonly profile: string;
  readonly resourceType?: "User" | "Group";
  readonly others?: unknown;
  readonly before: JsonObject;
  readonly patch: JsonValue;
  readonly alsoAccept?: readonly Answers[];
};
type FilterAnswer = readonly string[] | "error";
type FilterCase = {
  readonly id: string;
  readonly profile: string;
  readonly filter: string;
  readonly resources: readonly string[];
  readonly expected: FilterAnswer;
  readonly alsoAccept?: readonly FilterAnswer[];
};

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../test/fixtures/scim/${name}`, import.meta.url), "utf8"));
/** What only compat does is Entra's, not the RFCs'; what touches other resources no library sees. */
const patchCases: readonly PatchCase[] = read("patch-cases.json").filter(
  ({ profile, others }: PatchCase) => profile !== "compat" && others === undefined,
);
const [{ set }, ...allFilterCases]: readonly [{ set: readonly JsonObject[] }, ...FilterCase[]] =
  read("filter-cases.json");
const filterCases = allFilterCases.filter(({ profile }) => profile !== "compat");
const byId = new Map(set.map((resource) => [resource.id, resource]));

/** What a library makes of a case: the outcome, written so that equal ones are equal texts, or that it refused. */
type Outcome = { readonly kind: "done"; readonly text: string } | { readonly kind: "refused" };
type Verdict = "right" | "accepted" | "wrong" | "refused";

const refused: Outcome = { kind: "refused" };
const attempt = async (work: () => string | Promise<string>): Promise<Outcome> => {
  try {
    return { kind: "done", text: await work() };
  } catch {
    return refused;
  }
};

const verdictOf = (outcome: Outcome, expected: string | null, others: readonly (string | null)[]): Verdict => {
  const given = outcome.kind === "refused" ? null : outcome.text;
  if (given === expected) return "right";
  if (others.includes(given)) return "accepted";
  return given === null ? "refused" : "wrong";
};

const textOf = (resource: JsonObject, like: JsonObject): string => {
  const { password: _, ...shown } = resource;
  return JSON.stringify(comparable(shown, like));
};
/** What a case is compared with: the outcome that it asks for, or else the resource as it was. */
const likeOf = (item: PatchCase): JsonObject => item.after ?? item.before;
const typeOf = (item: PatchCase) => (item.resourceType === "Group" ? groupResourceType : userResourceType);

const ours = (item: PatchCase): Promise<Outcome> =>
  attempt(() => {
    const patched = applyPatchBody(typeOf(item), item.before, item.patch, { mode: "strict" });
    if (!patched.ok) throw new TypeError(patched.error.detail);
    return textOf(representation(typeOf(item), patched.value.resource), likeOf(item));
  });

type PatchLibrary = (item: PatchCase) => JsonObject | Promise<JsonObject>;

const patchLibraries: Readonly<Record<string, PatchLibrary>> = {
  "scim-patch": ({ before, patch }) => {
    const body = structuredClone(patch) as unknown as ScimPatch;
    patchBodyValidation(body);
    const resource = structuredClone(before) as unknown as ScimResource;
    return scimPatch(resource, body.Operations, { mutateDocument: false }) as unknown as JsonObject;
  },
  scimmy: async ({ before, patch, resourceType }) => {
    const Schema = resourceType === "Group" ? SCIMMY.Schemas.Group : SCIMMY.Schemas.User;
    const message = new SCIMMY.Messages.PatchOp(structuredClone(patch) as never);
    const patched = await message.apply(
      new Schema(structuredClone(before) as never, "out"),
      async (given: unknown) => new Schema(given as never, "out") as never,
    );
    return patched === undefined ? before : JSON.parse(JSON.stringify(patched));
  },
};

const filterLibraries: Readonly<
  Record<string, (text: string, resources: readonly JsonObject[]) => readonly unknown[]>
> = {
  "scim2-parse-filter": (text, resources) => resources.filter(compileOther(parseOther(text))),
  scimmy: (text, resources) => new SCIMMY.Types.Filter(text).match([...resources]),
};

const idsOf = (resources: readonly unknown[]): string =>
  resources
    .map((resource) => String((resource as JsonObject).id))
    .sort()
    .join();
const resourcesOf = (item: FilterCase) => item.resources.map((id) => byId.get(id)!);
const answerText = (answer: FilterAnswer): string | null => (answer === "error" ? null : [...answer].sort().join());

const ourIds = (item: FilterCase): Promise<Outcome> =>
  attempt(() => {
    const parsed = parseFilter(item.filter, "strict");
    const type = item.resources[0]?.startsWith("g") ? groupResourceType : userResourceType;
    const compiled = parsed.ok ? compileFilter(parsed.value, type, "strict") : parsed;
    if (!compiled.ok) throw new TypeError(compiled.error.detail);
    return idsOf(resourcesOf(item).filter(compiled.value));
  });

interface Row {
  readonly id: string;
  readonly verdict: Verdict;
  readonly theirs: Outcome;
  readonly ours: Outcome;
  readonly oursIs: Verdict;
}

const patchTable = (library: PatchLibrary): Promise<readonly Row[]> =>
  Promise.all(
    patchCases.map(async (item): Promise<Row> => {
      const textFor = ({ after }: Answers) => (after === undefined ? null : textOf(after, likeOf(item)));
      const theirs = await attempt(async () => textOf(await library(item), likeOf(item)));
      const others = (item.alsoAccept ?? []).map(textFor);
      const own = await ours(item);
      const [verdict, oursIs] = [theirs, own].map((outcome) => verdictOf(outcome, textFor(item), others));
      return { id: item.id, verdict: verdict!, theirs, ours: own, oursIs: oursIs! };
    }),
  );

const filterTable = (name: string): Promise<readonly Row[]> =>
  Promise.all(
    filterCases.map(async (item): Promise<Row> => {
      const theirs = await attempt(() => idsOf(filterLibraries[name]!(item.filter, resourcesOf(item))));
      const others = (item.alsoAccept ?? []).map(answerText);
      const own = await ourIds(item);
      const [verdict, oursIs] = [theirs, own].map((outcome) => verdictOf(outcome, answerText(item.expected), others));
      return { id: item.id, verdict: verdict!, theirs, ours: own, oursIs: oursIs! };
    }),
  );

beforeAll(() => {
  SCIMMY.Schemas.User.extend(SCIMMY.Schemas.EnterpriseUser as never, false);
  SCIMMY.Resources.declare(SCIMMY.Resources.User);
  SCIMMY.Resources.declare(SCIMMY.Resources.Group);
});

/** How many cases a library gets right at least, and some that it gets wrong, with the section that says so. */
interface Known {
  readonly library: string;
  readonly task: "PATCH" | "filters";
  readonly table: () => Promise<readonly Row[]>;
  readonly right: number;
  readonly faults: Readonly<Record<string, string>>;
}

const known: readonly Known[] = [
  {
    library: "scim-patch",
    task: "PATCH",
    table: () => patchTable(patchLibraries["scim-patch"]!),
    right: 75,
    faults: {
      "path-case-insensitive": "RFC 7644 section 3.10: names ignore letter case; it adds a second member",
      "value-key-case": "RFC 7643 section 2.1: so do those in a value",
      "replace-id": "RFC 7644 section 3.5.2: read-only attributes cannot be changed",
      "remove-required": "RFC 7644 section 3.5.2.2: nor can required ones be removed",
      "unknown-attr": "RFC 7644 section 3.5.2: a path has to name an attribute of a schema",
      "pathless-nested-name-merges": "RFC 7644 section 3.5.2.3: sub-attributes that are not named stay",
      "vp-primary-switch": "RFC 7644 section 3.5.2: a new primary value takes it from the others",
      "vp-filter-value-case": "RFC 7644 section 3.4.2.2: text compares by caseExact",
      "bool-garbage": "RFC 7643 section 2.3.2: a Boolean is true or false",
      "seq-atomic-rollback": "RFC 7644 section 3.5.2: a bad operation spoils the whole PATCH",
    },
  },
  {
    library: "scimmy",
    task: "PATCH",
    table: () => patchTable(patchLibraries.scimmy!),
    right: 80,
    faults: {
      "path-case-insensitive": "RFC 7644 section 3.10: names ignore letter case; it knows no such attribute",
      "core-urn-prefix": "RFC 7644 section 3.10: a core attribute may be named with its URN",
      "complex-replace-merges": "RFC 7644 section 3.5.2.3: sub-attributes that are not named stay",
      "pathless-replace-multi-swaps": "RFC 7644 section 3.5.2.3: replace swaps all values; it adds to them",
      "vp-primary-switch": "RFC 7644 section 3.5.2: a new primary value takes it from the others",
      "vp-filter-value-case": "RFC 7644 section 3.4.2.2: text compares by caseExact",
      "group-add-existing-member": "RFC 7644 section 3.5.2.1: what is there already is not added again",
      "replace-username-empty": "RFC 7643 section 4.1.1: userName is never empty",
    },
  },
  {
    library: "scim2-parse-filter",
    task: "filters",
    table: () => filterTable("scim2-parse-filter"),
    right: 60,
    faults: {
      "f-002": "RFC 7643 section 4.1.1: userName ignores letter case",
      "f-040": "RFC 7644 section 3.4.2.2: Booleans have no order",
      "f-053": "RFC 7644 section 3.4.2.2: emails stands for emails.value",
      "f-056": "RFC 7644 section 3.4.2.2: one value has to meet all that brackets hold",
      "f-060": "RFC 7644 section 3.4.2.2: nothing follows brackets",
      "f-074": "RFC 7644 section 3.10: a core attribute may be named with its URN",
      "f-087": "RFC 7644 section 3.4.2.2: not takes parentheses",
    },
  },
  {
    library: "scimmy",
    task: "filters",
    table: () => filterTable("scimmy"),
    right: 45,
    faults: {
      "f-002": "RFC 7643 section 4.1.1: userName ignores letter case",
      "f-040": "RFC 7644 section 3.4.2.2: Booleans have no order",
      "f-050": "RFC 7644 section 3.4.2.2: parentheses may be doubled",
      "f-051": "RFC 7644 section 3.4.2.2: any value of emails may match; it breaks off where somebody has none",
      "f-067": "RFC 7644 section 3.10: an extension's attribute is named with its URN",
      "f-080": "RFC 7644 section 3.4.2.2: eq takes a value",
      "f-087": "RFC 7644 section 3.4.2.2: not takes parentheses",
    },
  },
];

describe.each(known)("$task beside $library", ({ table, right, faults }) => {
  let rows: readonly Row[];
  beforeAll(async () => {
    rows = await table();
  });

  test("what it gets right is what this room says", () => {
    const agreed = rows.filter(({ verdict }) => verdict === "right");
    expect(agreed.length).toBeGreaterThanOrEqual(right);
    const said = (whose: "ours" | "theirs") => agreed.map((row) => ({ id: row.id, ...row[whose] }));
    expect(said("ours")).toEqual(said("theirs"));
  });

  test("what it is known to get wrong it still does, and this room does not", () => {
    const told = new Map(rows.map((row) => [row.id, row]));
    for (const [id, section] of Object.entries(faults)) {
      const row = told.get(id);
      expect([id, section, row?.verdict]).toEqual([id, section, expect.stringMatching(/^(wrong|refused)$/)]);
      expect([id, row?.oursIs]).toEqual([id, "right"]);
    }
  });

  test("every case has a verdict, and this room has the right one of each", () => {
    const total = Object.groupBy(rows, ({ verdict }) => verdict);
    const count = (verdict: Verdict) => total[verdict]?.length ?? 0;
    expect(count("right") + count("accepted") + count("wrong") + count("refused")).toBe(rows.length);
    expect(rows.filter(({ oursIs }) => oursIs === "wrong" || oursIs === "refused").map(({ id }) => id)).toEqual([]);
  });
});

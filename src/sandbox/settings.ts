import { z } from "zod";
import { issueWords, sentenceOf } from "#runtime";
import { SandboxError } from "./errors.ts";

/**
 * What public pages say of the matter: `documented`, `inferred` from what they say, or `unknown`.
 */
type Basis = "documented" | "inferred" | "unknown";

const known = <Schema extends z.ZodType>(schema: Schema, basis: Basis, description: string, why: string): Schema =>
  schema.meta({ description, basis, why });

/** Every switch and SCIM setting of an organisation: its values, its default, what it does and why it is as it is, in this one place. */
const shape = z.strictObject({
  disableAction: known(
    z.enum(["keep-inactive", "remove"]).default("keep-inactive"),
    "unknown",
    "what `active: false` does to a user: stays and cannot sign in, or leaves the organization",
    "Microsoft's page speaks of disabling, the Okta guide of deletion; nobody says what `active: false` does by itself",
  ),
  duplicateAnswer: known(
    z.enum(["409", "link"]).default("409"),
    "inferred",
    "what creating a user with a login that the organization has already does: refused, or the user gets the default access and becomes active",
    "RFC 7644 asks for 409",
  ),
  knownPersonAnswer: known(
    z.enum(["link", "409"]).default("link"),
    "documented",
    "what creating a user with a login that only another organization has does: the person gets the default access here too, or is refused",
    "an e-mail that is known already is no error: the person receives the access that the SCIM settings describe",
  ),
  linkNotice: known(
    z.boolean().default(false),
    "unknown",
    "whether a person of another organization whom SCIM adds is told by mail",
    "whom an administrator adds by hand is told; of SCIM nothing is said",
  ),
  confirmEmailChanges: known(
    z.boolean().default(true),
    "documented",
    "whether a new login waits until both mailboxes have confirmed it, while the old one stays",
    "also when SCIM asked for the change",
  ),
  userNameMirrorsLogin: known(
    z.boolean().default(false),
    "unknown",
    "whether `userName` reads back, and is searched, as the login instead of as it was sent",
    "only name and e-mail are kept of a user, so the e-mail may be all that there is to search",
  ),
  updatesResetRoles: known(
    z.boolean().default(false),
    "unknown",
    "whether PUT and PATCH give a user the default access again, in place of roles that were given by hand",
    "SCIM carries no roles, and nobody says that it takes them away",
  ),
  groupsAnswer: known(
    z.enum(["404", "501", "empty"]).default("404"),
    "unknown",
    "what a request to `/Groups` is answered: not found, not implemented, or an empty list",
    "the address exists by name and has no function",
  ),
  scim1Answer: known(
    z.enum(["501", "404"]).default("501"),
    "inferred",
    "what a request to SCIM 1.1 at `/scim/v1` is answered",
    "ThousandEyes has SCIM 1.1; this sandbox has not, and says so",
  ),
  discovery: known(
    z.boolean().default(true),
    "unknown",
    "whether `/ServiceProviderConfig`, `/Schemas` and `/ResourceTypes` answer",
    "they are not listed for SCIM 2.0; generic clients need them",
  ),
  mode: known(
    z.enum(["compat", "strict"]).default("compat"),
    "unknown",
    '`strict` keeps to the letter of the RFCs; `compat` also takes what Entra\'s client sends: `Replace` in capitals, `"False"` as text',
    "Entra's page asks targets to take both; which one ThousandEyes takes is not said",
  ),
  unknownAttributes: known(
    z.enum(["ignore", "refuse"]).default("ignore"),
    "unknown",
    "what happens to attributes that the organization does not keep: dropped, or the request is refused",
    "other attributes become nothing, the guides say; a refusal is not mentioned",
  ),
  filters: known(
    z.enum(["all", "eq-and", "eq"]).default("all"),
    "unknown",
    "which filters are understood: every operator, comparisons by `eq` joined by `and`, or one comparison by `eq`",
    "filters on `userName` and `externalId` are documented, their operators are not; Entra needs `eq` and `and`",
  ),
  pageSize: known(
    z.int().min(1).max(1000).default(100),
    "unknown",
    "how many users a list holds when the client does not say",
    "nothing is published",
  ),
  largestPage: known(
    z.int().min(1).max(1000).default(200),
    "unknown",
    "how many users a list holds at most",
    "nothing is published",
  ),
  basicAuthentication: known(
    z.boolean().default(true),
    "documented",
    "whether e-mail and basic token are taken as HTTP basic credentials",
    "taken everywhere but in the EU region",
  ),
  retryAfter: known(
    z.boolean().default(true),
    "unknown",
    "whether an answer 429 for too many requests carries `Retry-After`",
    "the vendor's own client works out its wait from the rate-limit headers",
  ),
  restApi: known(
    z.boolean().default(true),
    "documented",
    "whether the REST API at `/v7` answers",
    "off, to rehearse a client that must not depend on it",
  ),
  singleSignOn: known(
    z.enum(["off", "on", "forced"]).default("off"),
    "documented",
    "whether single sign-on is offered or forced; decides with a person's permissions who may use a password",
    "there is no identity provider behind it: who is sent to one cannot sign in here",
  ),
  defaultRole: known(
    z.string().min(1).max(100).default("Regular User"),
    "documented",
    "SCIM settings: the role that a new user gets, by name",
    "Regular User unless the settings name another",
  ),
  defaultAccountGroups: known(
    z.array(z.string().min(1).max(100)).min(1).max(100).nullable().default(null),
    "documented",
    "SCIM settings: the account groups in which a new user gets it, by name; null is all of them",
    "all account groups unless the settings name some",
  ),
});

/** An organisation's switches and SCIM settings. */
export type SandboxSettings = Readonly<z.infer<typeof shape>>;

/** One switch as a page or a document explains it. */
export interface SwitchDescription {
  readonly name: keyof SandboxSettings;
  /** The values of a choice; null for numbers and names. */
  readonly values: readonly (string | boolean)[] | null;
  readonly default: unknown;
  readonly description: string;
  readonly basis: Basis;
  readonly why: string;
}

const describe = (name: string, schema: z.ZodType): SwitchDescription => {
  const json = z.toJSONSchema(schema, { io: "input" });
  const { description = "", basis, why } = schema.meta() as { description?: string; basis: Basis; why: string };
  const values = json.type === "boolean" ? [true, false] : ((json.enum as string[] | undefined) ?? null);
  return { name: name as keyof SandboxSettings, values, default: json.default, description, basis, why };
};

/** Every switch with its values, default and reason, in the order of this file. */
export const switchDescriptions: readonly SwitchDescription[] = Object.entries(shape.shape).map(([name, schema]) =>
  describe(name, schema),
);

const sentenceOfIssue = ({ path, message }: { readonly path: readonly PropertyKey[]; readonly message: string }) =>
  path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`;

/** Reads settings as stored or given; what is missing takes its default. @throws SandboxError `InvalidSettings` */
export const readSettings = (given: unknown): SandboxSettings => {
  const read = shape.safeParse(given, { error: issueWords });
  if (read.success) return read.data;
  throw new SandboxError(
    "InvalidSettings",
    `The sandbox's settings cannot be used: ${read.error.issues.map(sentenceOfIssue).join("; ")}. Correct them or leave them out.`,
    { detail: sentenceOf(read.error) },
  );
};

import { z } from "zod";
import { sentenceOf } from "#runtime";
import { SandboxError } from "./errors.ts";

const shape = z.strictObject({
  /** What `active: false` does to an account: it stays and cannot sign in, or it leaves the tenant. */
  disableAction: z.enum(["keep-inactive", "remove"]).default("keep-inactive"),
  /** What a request to /Groups, which this tenant does not have, is answered. */
  groupsAnswer: z.enum(["404", "501", "empty"]).default("404"),
  /** Whether /ServiceProviderConfig, /Schemas and /ResourceTypes answer. */
  discovery: z.boolean().default(true),
  /** What creating an account with a known login does: refused, or the known account gets the default access. */
  duplicateAnswer: z.enum(["409", "link"]).default("409"),
  /** Whether a new login waits for its confirmation while the old one stays. */
  confirmEmailChanges: z.boolean().default(false),
  /** Whether userName reads back, and is searched, as the login. */
  userNameMirrorsLogin: z.boolean().default(false),
  /** `strict` keeps to the letter of the RFC; `compat` also takes what Entra's client sends. */
  mode: z.enum(["compat", "strict"]).default("compat"),
  /** Whether e-mail and token are also taken as HTTP basic credentials. */
  basicAuthentication: z.boolean().default(true),
  /** How many users a list holds when the client does not say, and at most. */
  pageSize: z.int().min(1).max(1000).default(100),
  largestPage: z.int().min(1).max(1000).default(200),
  /** SCIM settings: the role a new account gets, by name, and where; null is all account groups. */
  defaultRole: z.string().min(1).default("Regular User"),
  defaultAccountGroups: z.array(z.string().min(1)).min(1).nullable().default(null),
});

/** The tenant's switches and SCIM settings. */
export type SandboxSettings = Readonly<z.infer<typeof shape>>;

/** Reads settings as stored or given; what is missing takes its default. @throws SandboxError `InvalidSettings` */
export const readSettings = (given: unknown): SandboxSettings => {
  const read = shape.safeParse(given);
  if (read.success) return read.data;
  throw new SandboxError(
    "InvalidSettings",
    `The sandbox's settings cannot be used: ${z.prettifyError(read.error).replaceAll("\n", " ")}. Correct them or leave them out.`,
    { detail: sentenceOf(read.error) },
  );
};

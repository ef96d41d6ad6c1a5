import { z } from "zod";
import { issueWords } from "./issue-words.ts";

/** Every environment variable that Lockstep reads: its default and its documentation in one place. */
export const configurationSchema = z.object({
  DATABASE_URL: z
    .string()
    .optional()
    .describe("PostgreSQL 15 or newer to keep everything in; unset: an embedded database in the data folder"),
  LOCKSTEP_KEY: z
    .string()
    .optional()
    .describe("key that seals stored secrets, 16 characters or more; unset: a key file in the data folder"),
  LOCKSTEP_ALLOWED_HOSTS: z
    .string()
    .default("")
    .transform((text) =>
      text
        .split(",")
        .map((host) => host.trim())
        .filter((host) => host !== ""),
    )
    .describe("names of hosts in private networks that may be provisioned to, separated by commas"),
  LOCKSTEP_CA_FILE: z
    .string()
    .optional()
    .describe(
      "file with certificates (PEM) of authorities that targets' certificates may come from, besides the usual ones",
    ),
  HTTPS_PROXY: z
    .string()
    .optional()
    .describe("proxy for requests to targets, such as `http://proxy.example.com:3128`; also in lower case"),
  NO_PROXY: z
    .string()
    .optional()
    .describe(
      "hosts that are reached without the proxy, separated by commas, each with everything below it; also in lower case",
    ),
  LOCKSTEP_RETENTION_DAYS: z.coerce
    .number()
    .int()
    .min(1)
    .max(3650)
    .default(90)
    .describe("days for which the provisioning log and the audit log are kept"),
});

export type Configuration = z.output<typeof configurationSchema>;

/** Reads the environment. @throws Error that names every variable that is wrong, and what it should be */
export const readConfiguration = (environment: Readonly<Record<string, string | undefined>>): Configuration => {
  const read = configurationSchema.safeParse(
    {
      ...environment,
      // The lower-case names are the older custom, and win where both are set.
      HTTPS_PROXY: environment.https_proxy ?? environment.HTTPS_PROXY,
      NO_PROXY: environment.no_proxy ?? environment.NO_PROXY,
    },
    { error: issueWords },
  );
  if (read.success) return read.data;
  const problems = read.error.issues.map(({ path, message }) => `${path.join(".")} ${message}`);
  throw new Error(`The configuration cannot be used. ${problems.join("; ")}.`);
};

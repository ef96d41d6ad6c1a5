import { z } from "zod";

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
  const read = configurationSchema.safeParse(environment);
  if (read.success) return read.data;
  const problems = read.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new Error(`The configuration cannot be used. ${problems.join("; ")}.`);
};

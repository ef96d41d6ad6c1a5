import type { LogPage, ProvisioningEntry } from "#api/contract";
import type { Client, Query } from "./client.ts";

const LARGEST_PAGE = 500;

/** Entries of the provisioning log, newest first, at most `limit`. */
export const gatherEntries = async (
  client: Client,
  query: Query,
  limit: number,
): Promise<readonly ProvisioningEntry[]> => {
  const entries: ProvisioningEntry[] = [];
  let after: string | undefined;
  do {
    const size = Math.min(LARGEST_PAGE, limit - entries.length);
    const page = (await client.ask("GET", "/lockstep/v1/logs", { query: { ...query, limit: size, after } })) as LogPage;
    entries.push(...page.value);
    after = page.next ?? undefined;
  } while (after !== undefined && entries.length < limit);
  return entries.slice(0, limit);
};

import { listResponse, type PageRequest, type Projection } from "#scim";
import { findAccount, listAccounts } from "./accounts.ts";
import { type Answer, answer, refusal } from "./answer.ts";
import type { Tenant } from "./tenant.ts";
import { isId, missing, show } from "./user-answers.ts";
import { userCondition } from "./user-filter.ts";

/** `GET /Users` (RFC 7644 section 3.4.2). */
export const listUsers = async (
  tenant: Tenant,
  { filter, page, projection }: { filter: string | undefined; page: PageRequest; projection: Projection },
): Promise<Answer> => {
  const { id, settings } = tenant.organization;
  const where = userCondition(filter, settings);
  if (!where.ok) return refusal(where.error);
  const limit = Math.min(page.count ?? settings.pageSize, settings.largestPage);
  const { accounts, total } = await listAccounts(tenant.store.db, id, {
    where: where.value,
    offset: page.startIndex - 1,
    limit,
  });
  const resources = accounts.map((account) => show(tenant, account, projection));
  return answer(200, listResponse({ resources, totalResults: total, startIndex: page.startIndex }));
};

/** `GET /Users/{id}`. */
export const readUser = async (tenant: Tenant, id: string, projection: Projection): Promise<Answer> => {
  const account = isId(id) ? await findAccount(tenant.store.db, tenant.organization.id, id, { lock: false }) : null;
  return account === null ? missing(id) : answer(200, show(tenant, account, projection));
};

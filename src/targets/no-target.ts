import { usualProfile } from "#core";
import type { Target, TargetFailure } from "./target.ts";

/**
 * Stands where no target has been configured: it has no account, and every request fails with the sentence why.
 * @param identity the store that links belong to, as far as it is known
 */
export const openNoTarget = (identity: string, message: string, now: Date): Target => {
  const failure: TargetFailure = {
    kind: "permanent",
    code: "NotConfigured",
    status: null,
    scimType: null,
    message,
    retryAt: null,
    exchange: {
      method: "GET",
      url: "",
      requestBody: null,
      status: null,
      responseBody: null,
      milliseconds: 0,
      at: now.toISOString(),
    },
  };
  const refuse = async (): Promise<{ readonly ok: false; readonly failure: TargetFailure }> => ({ ok: false, failure });
  return {
    identity,
    profile: usualProfile,
    canFind: () => true,
    probe: refuse,
    discover: refuse,
    list: refuse,
    count: refuse,
    find: refuse,
    get: refuse,
    members: refuse,
    holds: refuse,
    create: refuse,
    update: refuse,
    remove: refuse,
    changeMembers: refuse,
    requests: 0,
    waitingUntil: null,
    close: async () => undefined,
  };
};

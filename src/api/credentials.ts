import { type App, listSecretsMasked, type SecretPair, saveSecrets } from "#apps";
import type { ConnectionTest } from "#engine";
import type { Queryable } from "#store";
import type { Api, Call } from "./api.ts";
import { ApiError, badRequest } from "./api-error.ts";
import { provisioningNote } from "./audit.ts";

export interface Credentials {
  readonly baseAddress?: string;
  readonly secretToken?: string;
}

/** Shown instead of a confidential value; sent back, it means that the value stays. */
const unchanged = "*";

export const savedValue = (pairs: readonly SecretPair[], key: string): string | undefined =>
  pairs.find((pair) => pair.key.toLowerCase() === key.toLowerCase())?.value;

/** `pairs` with one value set in its place, or at the end. */
export const withValue = (pairs: readonly SecretPair[], key: string, value: string): readonly SecretPair[] =>
  pairs.some((pair) => pair.key === key)
    ? pairs.map((pair) => (pair.key === key ? { key, value } : pair))
    : [...pairs, { key, value }];

const originOf = (address: string): string | null => (URL.canParse(address) ? new URL(address).origin : null);

/**
 * Tests the connection with these credentials; what is not given is taken from what is saved. A saved token is never sent to another
 * host than the one it was saved for.
 */
export const testCredentials = async (api: Api, app: App, given: Credentials): Promise<ConnectionTest> => {
  const { baseAddress } = given;
  if (baseAddress !== undefined) {
    const url = URL.canParse(baseAddress) ? new URL(baseAddress) : null;
    if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) {
      throw badRequest("The tenant URL must be a whole address, for example https://api.example.com/scim/v2.");
    }
    const saved = savedValue(await listSecretsMasked(api.store.db, app.id), "BaseAddress");
    if (given.secretToken === undefined && saved !== undefined && originOf(saved) !== originOf(baseAddress)) {
      const sentence =
        "The tenant URL leads to another host than the saved one, so the token must be given along with it.";
      throw new ApiError(400, "SecretMustBeReentered", sentence);
    }
  }
  return api.engine.testConnection(app.id, given);
};

/** The credentials among Graph's pairs; what is masked or empty is left to what is saved. */
export const credentialsOf = (pairs: readonly SecretPair[]): Credentials => {
  const given = (key: string) => {
    const value = savedValue(pairs, key)?.trim();
    return value === undefined || value === "" || value === unchanged ? undefined : value;
  };
  const [baseAddress, secretToken] = [given("BaseAddress"), given("SecretToken")];
  return {
    ...(baseAddress === undefined ? {} : { baseAddress }),
    ...(secretToken === undefined ? {} : { secretToken }),
  };
};

/** Saves the whole set of an app's credentials and settings. */
export const saveCredentials = (
  api: Api,
  call: Call,
  app: App,
  pairsOf: (q: Queryable) => Promise<readonly SecretPair[]> | readonly SecretPair[],
): Promise<readonly string[]> =>
  api.change(
    call,
    async (tx, now) => (await saveSecrets(tx, api.store.sealer, app.id, await pairsOf(tx), now)).changed,
    (changed) =>
      provisioningNote("Update provisioning setting or credentials", "Update", app, { Changed: changed.join(", ") }),
  );

/** The answer to credentials that the target does not accept. */
export const testFailed = (test: ConnectionTest, code: string): ApiError =>
  new ApiError(400, code, test.message, {
    details: [
      { code: test.code ?? "Unknown", target: "credentials", message: [test.message, ...test.advice].join(" ") },
    ],
    more: { test },
  });

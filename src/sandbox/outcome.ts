import { codeOf } from "#runtime";
import { type Result, type ScimError, statusError } from "#scim";
import type { Store, Tx } from "#store";

/** A refusal of what somebody asked for on a page or over the REST API. */
export const no = (status: number, detail: string): Result<never> => ({
  ok: false,
  error: statusError(status, detail),
});

export const done = <Value>(value: Value): Result<Value> => ({ ok: true, value });

/** The refusal for want of a permission. */
export const lacking = (permission: string): ScimError =>
  statusError(403, `You lack the permission "${permission}". Ask an administrator for a role that has it.`);

export const lacks = (permission: string): Result<never> => ({ ok: false, error: lacking(permission) });

/** Ends a transaction that has come to a refusal. */
class Refused extends Error {
  readonly result: Result<never>;
  constructor(result: Result<never>) {
    super("refused");
    this.result = result;
  }
}

const attempts = 5;
/** PostgreSQL's "deadlock_detected". */
const deadlock = "40P01";

/** Runs a transaction, and again when two of them stood in each other's way, as when two users swap their names at the same moment. */
export const settled = async <Value>(store: Store, work: (tx: Tx) => Promise<Value>): Promise<Value> => {
  for (let attempt = 1; ; attempt++) {
    try {
      return await store.transaction(work);
    } catch (error) {
      if (attempt === attempts || codeOf(error) !== deadlock) throw error;
    }
  }
};

/** Runs a transaction that leaves nothing behind when it comes to a refusal. */
export const allOrNothing = async <Value>(
  store: Store,
  work: (tx: Tx) => Promise<Result<Value>>,
): Promise<Result<Value>> => {
  try {
    return await settled(store, async (tx) => {
      const result = await work(tx);
      if (!result.ok) throw new Refused(result);
      return result;
    });
  } catch (error) {
    if (error instanceof Refused) return error.result;
    throw error;
  }
};

import type { OnDemandResult } from "#api/contract";
import { exchangeText } from "./connection-test.ts";
import { type EntryView, entryText } from "./entry-text.ts";
import { printable } from "./text.ts";

const outcomes: Readonly<Record<OnDemandResult["action"], readonly [done: string, dry: string]>> = {
  create: ["An account was created in", "An account would be created in"],
  update: ["The account was updated in", "The account would be updated in"],
  enable: ["The account was enabled in", "The account would be enabled in"],
  disable: ["The account was disabled in", "The account would be disabled in"],
  delete: ["The account was deleted in", "The account would be deleted in"],
  skip: ["Nothing had to be written to", "Nothing would be written to"],
  hold: ["The removal is held by the guard of", "The removal would be held by the guard of"],
  fail: ["It failed in", "It would fail in"],
};

/** What provisioning on demand did, or would do: the outcome, the steps with their values, the changes, and the exchanges if asked for. */
export const onDemandText = (
  result: OnDemandResult,
  app: string,
  view: EntryView & { readonly exchanges: boolean },
): string => {
  const isPart = result.action !== "fail" && result.entry.provisioningStatusInfo.status === "warning";
  const outcome = isPart
    ? "Not all of it was done in"
    : (outcomes[result.action]?.[result.dry ? 1 : 0] ?? `${result.action}:`);
  const colour =
    result.action === "fail" ? view.style.bad : isPart || result.action === "hold" ? view.style.warn : view.style.good;
  const dry = result.dry ? " (dry run: nothing was written)" : "";
  const exchanges = view.exchanges ? result.exchanges.map((exchange) => exchangeText(exchange, view.style)) : [];
  return [entryText(result.entry, view), ...exchanges, colour(`${outcome} ${printable(app)}.${dry}`)].join("\n");
};

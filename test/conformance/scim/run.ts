import { openClient } from "./client.ts";
import { Skipped, Unmet } from "./demand.ts";
import { type Provider, whyNot } from "./provider.ts";
import type { Requirement } from "./requirement.ts";
import { type Answer, Exhausted, exchangeLines, Unanswered, type Wire } from "./wire.ts";

/** What came of one requirement. */
export type Outcome =
  | { readonly kind: "passed" }
  | { readonly kind: "skipped"; readonly reason: string }
  | { readonly kind: "failed"; readonly wanted: string; readonly got: string; readonly answer: Answer | null };

export interface Verdict {
  readonly requirement: Requirement;
  readonly outcome: Outcome;
  /** What the requirement made and could not remove. */
  readonly left: readonly string[];
}

let runs = 0;
const started = Date.now().toString(36);

const outcomeOf = async (requirement: Requirement, client: ReturnType<typeof openClient>): Promise<Outcome> => {
  try {
    await requirement.run(client);
    return { kind: "passed" };
  } catch (error) {
    if (error instanceof Skipped) return { kind: "skipped", reason: error.message };
    if (error instanceof Unmet) return { kind: "failed", wanted: error.wanted, got: error.got, answer: error.answer };
    if (error instanceof Unanswered) return { kind: "failed", wanted: "an answer", got: error.message, answer: null };
    throw error;
  }
};

/** Puts one requirement to the provider and clears away what it made. @throws Exhausted */
export const judge = async (requirement: Requirement, wire: Wire, provider: Provider): Promise<Verdict> => {
  const reason = whyNot(provider, requirement.needs);
  if (reason !== null) return { requirement, outcome: { kind: "skipped", reason }, left: [] };
  const client = openClient(wire, provider, `c${started}x${(++runs).toString(36)}`);
  try {
    const outcome = await outcomeOf(requirement, client);
    return { requirement, outcome, left: await client.tidy() };
  } catch (error) {
    if (!(error instanceof Exhausted)) await client.tidy();
    throw error;
  }
};

/** A failure as one block: what the section asks, what was sent, what came. */
export const failureText = ({ requirement, outcome }: Verdict): string => {
  if (outcome.kind !== "failed") return "";
  return [
    `${requirement.id}  ${requirement.level}  ${requirement.section}`,
    `  ${requirement.title}`,
    ...(outcome.answer === null ? [] : exchangeLines(outcome.answer).map((line) => `  ${line}`)),
    `  asked     ${outcome.wanted}`,
    `  got       ${outcome.got}`,
  ].join("\n");
};

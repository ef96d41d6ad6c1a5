import type { HttpOutcome, HttpRequest } from "#http";
import { mask, withoutSecrets } from "#runtime";
import type { Exchange } from "../target.ts";
import type { Hiding } from "./hiding.ts";

/** Longest body that is kept, in characters. */
const keptCharacters = 4_000;

/** Most bodies hold nothing to mask; only the others pay for being read again. */
const secretWord = /password|secret|token|authorization|cookie|key/i;
const secretName = /"[^"]*(password|secret|token|authorization|cookie|key)[^"]*"\s*:/i;
const mayHoldSecrets = (text: string): boolean => secretWord.test(text) && secretName.test(text);

/** A truncated document cannot be masked by name any more, so nothing of it is kept. */
const unreadable = (text: string): string => `(${text.length} characters of unreadable text that may hold secrets)`;

const maskedText = (text: string): string => {
  try {
    return JSON.stringify(mask(JSON.parse(text)));
  } catch {
    return unreadable(text);
  }
};

const keptBody = (text: string | null, secrets: readonly string[], hiding: Hiding | null): string | null => {
  if (text === null) return null;
  const shown = hiding === null || text === "" ? text : (hiding.body(text) ?? unreadable(text));
  const clean = withoutSecrets(mayHoldSecrets(shown) ? maskedText(shown) : shown, secrets);
  return clean.length > keptCharacters ? `${copyOf(clean.slice(0, keptCharacters))}…` : clean;
};

/** Part of a text that does not keep the whole of it in memory: the answer that shows a group of a hundred thousand members has many megabytes. */
const copyOf = (part: string): string => Buffer.from(part).toString();

/** What is kept of a request and its answer: no headers, bodies masked and cut, no secret anywhere. */
export const exchangeOf = (
  request: Pick<HttpRequest, "method" | "url" | "body">,
  outcome: HttpOutcome | null,
  started: Date,
  ended: Date,
  secrets: readonly string[],
  hiding: Hiding | null = null,
): Exchange => ({
  method: request.method,
  url: withoutSecrets(hiding === null ? request.url : hiding.url(request.url), secrets),
  requestBody: keptBody(request.body, secrets, hiding),
  status: outcome === null ? null : outcome.ok ? outcome.response.status : outcome.failure.status,
  responseBody: outcome?.ok ? keptBody(outcome.response.body, secrets, hiding) : null,
  milliseconds: ended.getTime() - started.getTime(),
  at: started.toISOString(),
});

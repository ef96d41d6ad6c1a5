import type { HttpOutcome, HttpRequest } from "#http";
import { mask, withoutSecrets } from "#runtime";
import type { Exchange } from "../target.ts";

/** Longest body that is kept, in characters. */
const keptCharacters = 4_000;

/** Most bodies hold nothing to mask; only the others pay for being read again. */
const secretWord = /password|secret|token|authorization|cookie|key/i;
const secretName = /"[^"]*(password|secret|token|authorization|cookie|key)[^"]*"\s*:/i;
const mayHoldSecrets = (text: string): boolean => secretWord.test(text) && secretName.test(text);

const maskedText = (text: string): string => {
  try {
    return JSON.stringify(mask(JSON.parse(text)));
  } catch {
    // A truncated document cannot be masked by name any more, so nothing of it is kept.
    return `(${text.length} characters of unreadable text that may hold secrets)`;
  }
};

const keptBody = (text: string | null, secrets: readonly string[]): string | null => {
  if (text === null) return null;
  const clean = withoutSecrets(mayHoldSecrets(text) ? maskedText(text) : text, secrets);
  return clean.length > keptCharacters ? `${clean.slice(0, keptCharacters)}…` : clean;
};

/** What is kept of a request and its answer: no headers, bodies masked and cut, no secret anywhere. */
export const exchangeOf = (
  request: Pick<HttpRequest, "method" | "url" | "body">,
  outcome: HttpOutcome | null,
  started: Date,
  ended: Date,
  secrets: readonly string[],
): Exchange => ({
  method: request.method,
  url: withoutSecrets(request.url, secrets),
  requestBody: keptBody(request.body, secrets),
  status: outcome === null ? null : outcome.ok ? outcome.response.status : outcome.failure.status,
  responseBody: outcome?.ok ? keptBody(outcome.response.body, secrets) : null,
  milliseconds: ended.getTime() - started.getTime(),
  at: started.toISOString(),
});

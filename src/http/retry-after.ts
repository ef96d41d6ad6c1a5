const httpDate = /^(?:[A-Za-z]{3,9}, )?\d{1,2}[ -][A-Za-z]{3}[ -]\d{2,4} \d{2}:\d{2}:\d{2} GMT$/;
const asctime = /^[A-Za-z]{3} [A-Za-z]{3} [ \d]\d \d{2}:\d{2}:\d{2} \d{4}$/;

/** Longest wait that is believed; a server that asks for more will say so again. */
const longestSeconds = 24 * 60 * 60;

const within = (moment: number, now: Date): Date =>
  new Date(Math.min(Math.max(moment, now.getTime()), now.getTime() + longestSeconds * 1000));

/** Reads a date as HTTP writes it (RFC 9110 section 5.6.7, the old forms included); null when it is none. */
export const readHttpDate = (text: string): Date | null => {
  const zoned = asctime.test(text) ? `${text} GMT` : httpDate.test(text) ? text : undefined;
  const moment = zoned === undefined ? Number.NaN : Date.parse(zoned);
  return Number.isNaN(moment) ? null : new Date(moment);
};

/**
 * The moment that `Retry-After` names (RFC 9110 section 10.2.3): seconds from now, or a date. A date is measured against
 * `serverNow` (the answer's `Date`), so that a clock that goes wrong does not matter. Never before `now` and at most
 * 24 hours after it; null without a readable value.
 */
export const readRetryAfter = (value: string | undefined, now: Date, serverNow: Date | null = null): Date | null => {
  const text = value?.trim();
  if (text === undefined || text === "") return null;
  if (/^\d{1,12}(\.\d{1,6})?$/.test(text)) return within(now.getTime() + Number(text) * 1000, now);
  const date = readHttpDate(text);
  return date === null ? null : within(now.getTime() + date.getTime() - (serverNow ?? now).getTime(), now);
};

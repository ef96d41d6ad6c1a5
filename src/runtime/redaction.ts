/** Names whose values are never written to a log, an error, an export or a kept message. Compared without case. */
export const maskedNames: readonly string[] = [
  "password",
  "secret",
  "token",
  "secretToken",
  "SecretToken",
  "clientSecret",
  "authorization",
  "Authorization",
  "cookie",
  "key",
  "passwordProfile",
];

const masked = new Set(maskedNames.map((name) => name.toLowerCase()));

/** A copy of `value` in which what a masked name holds is `***`, at any depth. */
export const mask = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(mask);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, masked.has(name.toLowerCase()) ? "***" : mask(inner)]),
  );
};

/** True where a part of the name or path (`passwordProfile.password`, `urn:…:User:token`) is a masked one. */
export const isMaskedName = (name: string): boolean =>
  name.split(/[.:[\]\s]+/).some((part) => masked.has(part.toLowerCase()));

/** Texts shorter than this are only looked for where they stand alone: as part of other words they are everywhere. */
const distinctive = 4;
/** Of a longer text its beginning is looked for, and what follows it is gone with it. */
const sufficient = 200;

const literally = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");

const patternOf = (value: string): string => {
  if (value.length > sufficient) return `${literally(value.slice(0, sufficient))}[\\s\\S]*`;
  const pattern = literally(value);
  return value.length < distinctive ? `(?<![\\p{L}\\p{N}])${pattern}(?![\\p{L}\\p{N}])` : pattern;
};

/** Makes what puts `mark` in place of each of the `values` in a text, in whatever case they stand there, and also as quoted in JSON. */
export const hidingValues = (values: readonly string[], mark: string): ((text: string) => string) => {
  const spelled = values.flatMap((value) => [value.trim(), JSON.stringify(value.trim()).slice(1, -1)]);
  const wanted = [...new Set(spelled)].filter((value) => value !== "");
  if (wanted.length === 0) return (text) => text;
  const longestFirst = wanted.sort((left, right) => right.length - left.length);
  const pattern = new RegExp(longestFirst.map(patternOf).join("|"), "giu");
  return (text) => text.replace(pattern, () => mark);
};

/** A copy of `value` in which every text, names of members among them, has gone through `change`, at any depth. */
export const mapTexts = (value: unknown, change: (text: string) => string): unknown => {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [change(name), mapTexts(inner, change)]));
};

/** A secret of this length is long enough that a piece of it, as a text that was cut has it, is like nothing else. */
const longSecret = 20;
const piece = 12;

/** `text` without any of `secrets` (empty ones are passed over). Of a long one its beginning or its end is enough to be found. */
export const withoutSecrets = (text: string, secrets: readonly string[]): string => {
  const given = secrets.filter((secret) => secret !== "").sort((one, other) => other.length - one.length);
  const whole = given.reduce((result, secret) => result.replaceAll(secret, "***"), text);
  const long = given.filter(({ length }) => length >= longSecret);
  return long.reduce((result, secret) => withoutPieces(result, secret, long), whole);
};

/** How many signs the texts have in common, from `at` on and from the beginning; or backwards, up to `at` and from the end. */
const alike = (text: string, at: number, secret: string, step: 1 | -1): number => {
  let length = 0;
  while (length < secret.length && text[at + step * length] === secret.at(step === 1 ? length : -1 - length))
    length += 1;
  return length;
};

/** A secret may be written in several `forms` (as it is, as an address has it) that begin alike: the one that fits furthest is gone. */
const withoutPieces = (text: string, secret: string, forms: readonly string[]): string => {
  const [head, tail] = [secret.slice(0, piece), secret.slice(-piece)];
  let result = text;
  for (let at = result.indexOf(head); at >= 0; at = result.indexOf(head, at + 3)) {
    const length = Math.max(...forms.map((form) => alike(result, at, form, 1)));
    result = `${result.slice(0, at)}***${result.slice(at + length)}`;
  }
  for (let at = result.indexOf(tail); at >= 0; at = result.indexOf(tail, at + 3)) {
    const end = at + piece;
    const length = Math.max(...forms.map((form) => alike(result, end - 1, form, -1)));
    at = end - length;
    result = `${result.slice(0, at)}***${result.slice(end)}`;
  }
  return result;
};

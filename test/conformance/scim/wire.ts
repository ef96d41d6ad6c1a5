import { brief, type Json } from "./json.ts";

export interface Question {
  readonly method: string;
  /** Below the base URL, with its query: `/Users?count=1`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** What goes over the wire; null for none. */
  readonly body: string | Uint8Array | null;
}

export interface Answer {
  readonly question: Question;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined when it is none. */
  readonly body: Json | undefined;
}

export interface WireOptions {
  readonly baseUrl: string;
  readonly token: string | null;
  /** Requests that a run may send in all. */
  readonly mostRequests?: number;
  /** Seconds that a run may spend waiting because the provider asked it to. */
  readonly mostWaiting?: number;
}

export interface Wire {
  readonly baseUrl: string;
  /** @param question a token of null sends none @throws Exhausted, Unanswered */
  send(question: Question & { readonly token?: string | null }): Promise<Answer>;
  readonly sent: number;
}

/** The run has used up its requests or its patience. */
export class Exhausted extends Error {}

/** A request got no whole answer. */
export class Unanswered extends Error {}

const deadline = 30_000;
const largestAnswer = 8 * 1024 * 1024;
const tries = 5;
const resets: ReadonlySet<string> = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"]);

const waitFor = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Seconds that a `Retry-After` asks for, as a number or a date; one when it is unreadable. */
export const secondsOf = (header: string | null, now: number): number => {
  if (header === null) return 1;
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) : (Date.parse(header) - now) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : 1;
};

const parsed = (text: string): Json | undefined => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
};

const readText = async (response: Response, what: string): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > largestAnswer) throw new Unanswered(`${what} was answered with more than ${largestAnswer} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
};

/** Sends one request after the other, waits as long as a 429 or 503 asks for, and counts. */
export const openWire = ({ baseUrl, token, mostRequests = 10_000, mostWaiting = 900 }: WireOptions): Wire => {
  let sent = 0;
  let waited = 0;
  const base = baseUrl.replace(/\/+$/, "");

  const once = async (question: Question, bearer: string | null, isAgain = false): Promise<Answer> => {
    const what = `${question.method} ${question.path}`;
    if (++sent > mostRequests) throw new Exhausted(`The run has sent its ${mostRequests} requests.`);
    try {
      const response = await fetch(`${base}${question.path}`, {
        method: question.method,
        headers: { ...question.headers, ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }) },
        ...(question.body === null ? {} : { body: question.body as NonNullable<RequestInit["body"]> }),
        redirect: "manual",
        signal: AbortSignal.timeout(deadline),
      });
      const text = await readText(response, what);
      return { question, status: response.status, headers: response.headers, text, body: parsed(text) };
    } catch (error) {
      if (error instanceof Unanswered) throw error;
      const { message, cause } = error as Error;
      // A connection that was kept open may be closed by the other side just when it is used again.
      if (!isAgain && resets.has((cause as { code?: string } | undefined)?.code ?? ""))
        return once(question, bearer, true);
      throw new Unanswered(`${what} got no answer: ${cause instanceof Error ? cause.message : message}`);
    }
  };

  return {
    baseUrl: base,
    get sent() {
      return sent;
    },
    send: async ({ token: own, ...question }) => {
      const bearer = own === undefined ? token : own;
      for (let attempt = 1; ; attempt++) {
        const answer = await once(question, bearer);
        const isPaced = answer.status === 429 || (answer.status === 503 && answer.headers.has("retry-after"));
        if (!isPaced || attempt === tries) return answer;
        const seconds = secondsOf(answer.headers.get("retry-after"), Date.now());
        waited += seconds;
        if (waited > mostWaiting) {
          throw new Exhausted(`The provider asked to wait for more than ${mostWaiting} seconds in all.`);
        }
        await waitFor(seconds * 1000);
      }
    },
  };
};

const told = ["content-type", "location", "etag", "www-authenticate", "allow", "retry-after"];

const headerLines = (entries: Iterable<readonly [string, string]>): string =>
  [...entries].map(([name, value]) => ` ${name}: ${value}`).join("");

/** The request without its token, and the answer, a line each. */
export const exchangeLines = ({ question, status, headers, text }: Answer): readonly string[] => {
  const body =
    question.body === null ? "" : ` ${brief(question.body instanceof Uint8Array ? "(bytes)" : question.body)}`;
  const asked = Object.entries(question.headers).filter(([name]) => name !== "accept");
  return [
    `sent      ${question.method} ${brief(question.path)}${headerLines(asked)}${body}`,
    `answered  ${status}${headerLines([...headers].filter(([name]) => told.includes(name)))} ${brief(text, 900)}`,
  ];
};

import type { Api, Call } from "./api.ts";
import { bodyOf } from "./error-answers.ts";

/** What a route says into its stream. */
export interface Voice {
  say(value: unknown): void;
  /** The same, for what is soon out of date: it is left unsaid while the listener is slow. */
  mention(value: unknown): void;
  /** Aborted when the listener has gone or the server closes. */
  readonly gone: AbortSignal;
}

const stream = (
  api: Api,
  call: Call,
  contentType: string,
  print: (value: unknown) => string,
  tell: (voice: Voice) => Promise<void>,
): Response => {
  const encoder = new TextEncoder();
  const left = new AbortController();
  const gone = AbortSignal.any([left.signal, api.closing]);
  const body = new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        const say = (value: unknown) => {
          if (!gone.aborted) controller.enqueue(encoder.encode(print(value)));
        };
        const mention = (value: unknown) => {
          if ((controller.desiredSize ?? 0) > 0) say(value);
        };
        const close = () => {
          if (!left.signal.aborted) controller.close();
          left.abort();
        };
        api.closing.addEventListener("abort", close, { once: true });
        const run = async () => {
          try {
            await tell({ say, mention, gone });
          } catch (error) {
            say(bodyOf(api, call, error).body);
          } finally {
            api.closing.removeEventListener("abort", close);
            close();
          }
        };
        void run();
      },
      cancel: () => left.abort(),
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 1 << 16 }),
  );
  return call.body(body, 200, { "Content-Type": contentType });
};

/** Answers with one JSON value a line. What goes wrong on the way is the last line. */
export const streamLines = (api: Api, call: Call, tell: (voice: Voice) => Promise<void>): Response =>
  stream(api, call, "application/x-ndjson", (value) => `${JSON.stringify(value)}\n`, tell);

const breath = 15_000;

/** Answers with server-sent events of one name, and a comment now and then so that nobody takes the connection for dead. */
export const streamEvents = (api: Api, call: Call, name: string, tell: (voice: Voice) => Promise<void>): Response => {
  const comment = Symbol("comment");
  const print = (value: unknown) =>
    value === comment ? ":\n\n" : `event: ${name}\ndata: ${JSON.stringify(value)}\n\n`;
  return stream(api, call, "text/event-stream", print, async (voice) => {
    voice.say(comment);
    const breathe = async () => {
      while (!voice.gone.aborted) {
        await api.clock.sleep(breath, voice.gone);
        voice.mention(comment);
      }
    };
    await Promise.all([breathe(), tell(voice)]);
  });
};

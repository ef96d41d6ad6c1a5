import { Duplex } from "node:stream";
import { Worker } from "node:worker_threads";

/** An embedded PostgreSQL in a worker thread; `stream` makes what node-postgres takes for its socket. */
export interface EmbeddedDatabase {
  stream(): Duplex;
  /** The whole data folder as a compressed archive, to start others from. */
  dump(): Promise<Uint8Array>;
  close(): Promise<void>;
}

type Answer =
  | { kind: "ready" | "closed" }
  | { kind: "bytes"; session: number; bytes: Uint8Array }
  | { kind: "dump"; bytes: Uint8Array };

/**
 * @param dataDir folder of the database; null keeps everything in memory
 * @param template an archive made by `dump` to start from, or null
 */
export const openEmbedded = async (dataDir: string | null, template: string | null): Promise<EmbeddedDatabase> => {
  const worker = new Worker(new URL("./pglite-worker.ts", import.meta.url), { workerData: { dataDir, template } });
  let tunnel: Tunnel | null = null;
  let sessions = 0;
  let broken: Error | null = null;
  const awaited = new Map<Answer["kind"], PromiseWithResolvers<Answer>>();
  const breakWith = (error: Error) => {
    broken = error;
    for (const waiting of awaited.values()) waiting.reject(error);
    tunnel?.destroy(error);
  };
  worker.on("message", (answer: Answer) => {
    if (answer.kind === "bytes") {
      if (answer.session === tunnel?.session) tunnel.receive(answer.bytes);
    } else awaited.get(answer.kind)?.resolve(answer);
  });
  worker.on("error", breakWith);
  worker.on("exit", () => breakWith(new Error("the embedded database has ended")));
  const next = (kind: Answer["kind"]): Promise<Answer> => {
    if (broken !== null) return Promise.reject(broken);
    const waiting = Promise.withResolvers<Answer>();
    awaited.set(kind, waiting);
    return waiting.promise;
  };
  await next("ready");
  return {
    stream: () => {
      tunnel?.cut();
      tunnel = new Tunnel(worker, ++sessions);
      return tunnel;
    },
    dump: async () => {
      const answer = next("dump");
      worker.postMessage({ kind: "dump" });
      const dumped = await answer;
      return dumped.kind === "dump" ? dumped.bytes : new Uint8Array();
    },
    close: async () => {
      const closed = next("closed");
      worker.postMessage({ kind: "close" });
      await closed;
      awaited.clear();
      await worker.terminate();
    },
  };
};

const terminate = 0x58; // 'X'

/**
 * Carries PostgreSQL's wire protocol to the worker, cut at message borders. The pool replaces a connection after a failing
 * statement before that one has said goodbye, so a tunnel is cut when the next one begins, and answers say whose they are.
 */
class Tunnel extends Duplex {
  readonly session: number;
  readonly #worker: Worker;
  #pending: Buffer = Buffer.alloc(0);
  #started = false;
  #isCut = false;

  constructor(worker: Worker, session: number) {
    super();
    this.#worker = worker;
    this.session = session;
  }

  /** Ends the session on the database's side. What is written afterwards goes nowhere. */
  cut(): void {
    if (this.#isCut) return;
    this.#isCut = true;
    this.#worker.postMessage({ kind: "reset" });
  }

  /** What node-postgres calls on a socket. */
  connect(): this {
    queueMicrotask(() => this.emit("connect"));
    return this;
  }
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  /** The database keeps the process alive until it is closed, so an idle connection need not say anything. */
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }

  receive(bytes: Uint8Array): void {
    if (!this.destroyed && bytes.length > 0) this.push(Buffer.from(bytes));
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    let end = 0;
    for (;;) {
      // The first message of a session has no type byte (PostgreSQL documentation, "Message Formats").
      const head = this.#started ? 1 : 0;
      if (this.#pending.length - end < head + 4) break;
      const length = head + this.#pending.readUInt32BE(end + head);
      if (this.#pending.length - end < length) break;
      if (this.#started && this.#pending[end] === terminate) {
        this.#send(end);
        this.cut();
        this.push(null);
        this.destroy();
        done();
        return;
      }
      this.#started = true;
      end += length;
    }
    this.#send(end);
    done();
  }

  /** What one query writes in pieces goes to the worker in one message. */
  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), "buffer" as BufferEncoding, done);
  }

  #send(end: number): void {
    const bytes = new Uint8Array(this.#pending.subarray(0, end));
    if (end > 0 && !this.#isCut) this.#worker.postMessage({ kind: "bytes", session: this.session, bytes });
    this.#pending = this.#pending.subarray(end);
  }
}

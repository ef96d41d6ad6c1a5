// Runs in a worker thread: PGlite blocks the thread it runs on, so it never runs on the one that serves requests.
import { readFile } from "node:fs/promises";
import { parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";

const { dataDir, template } = workerData as { dataDir: string | null; template: string | null };
const port = parentPort;
if (port === null) throw new TypeError("pglite-worker.ts runs as a worker thread only");

const params = [...PGlite.defaultStartParams, "-c", "shared_buffers=32MB"];
const options = {
  startParams: params,
  ...(template === null ? {} : { loadDataDir: new Blob([new Uint8Array(await readFile(template))]) }),
};
const database = dataDir === null ? await PGlite.create(options) : await PGlite.create(dataDir, options);
port.postMessage({ kind: "ready" });

/** PGlite's own `execProtocolRaw` would also read the answer, and keep what it has read for ever. */
const answerOf = async (bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> => {
  const chunks: Uint8Array[] = [];
  await database.execProtocolRawStream(bytes, { syncToFs: true, onRawData: (chunk) => chunks.push(chunk.slice()) });
  const answer = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    answer.set(chunk, at);
    at += chunk.length;
  }
  return answer;
};

// One message after another: the protocol is a conversation, and PGlite has one session.
let last: Promise<unknown> = Promise.resolve();
type Message = { kind: "bytes"; session: number; bytes: Uint8Array } | { kind: "reset" | "close" } | { kind: "dump" };
port.on("message", (message: Message) => {
  last = last.then(async () => {
    if (message.kind === "bytes") {
      const answer = await answerOf(message.bytes);
      port.postMessage({ kind: "bytes", session: message.session, bytes: answer }, [answer.buffer]);
    } else if (message.kind === "reset") {
      await database.exec("rollback").catch(() => undefined);
      await database.exec("discard all").catch(() => undefined);
    } else if (message.kind === "dump") {
      const dump = await database.dumpDataDir("gzip");
      port.postMessage({ kind: "dump", bytes: new Uint8Array(await dump.arrayBuffer()) });
    } else {
      await database.close();
      port.postMessage({ kind: "closed" });
      port.close();
    }
  });
});

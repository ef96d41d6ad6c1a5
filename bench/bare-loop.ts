import { Pool } from "undici";
import type { RecordedRequest } from "#test/wire/scim-test-server.ts";

/** As many requests at a time as the engine has at most. */
const concurrency = 32;

/** Sends the requests again as fast as it goes, in their order, with nothing around them. @returns seconds */
export const replay = async (baseUrl: string, requests: readonly RecordedRequest[]): Promise<number> => {
  const { origin, pathname } = new URL(baseUrl);
  const pool = new Pool(origin, { connections: concurrency });
  const next = requests[Symbol.iterator]();
  const work = async (): Promise<void> => {
    for (const { method, path, headers, body } of next) {
      const answer = await pool.request({
        method: method as "GET",
        path: `${pathname}${path}`,
        headers: Object.fromEntries(
          ["authorization", "accept", "content-type"].flatMap((name) =>
            typeof headers[name] === "string" ? [[name, headers[name]]] : [],
          ),
        ),
        body: body === "" ? null : body,
      });
      await answer.body.text();
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: concurrency }, work));
  const seconds = (performance.now() - began) / 1000;
  await pool.close();
  return seconds;
};

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProfileLayers } from "#core";
import { type HttpClient, type HttpRequest, openHttpClient } from "#http";
import { type Clock, systemClock } from "#runtime";
import { type Examination, type Leftovers, openDoctor, type TargetCredentials } from "#targets";

export interface DoctorRig {
  readonly folder: string;
  readonly http: HttpClient;
  examine(baseUrl: string, token: string, more?: ExamineMore): Promise<Examination>;
  cleanUp(baseUrl: string, token: string, http?: HttpClient): Promise<Leftovers>;
  close(): Promise<void>;
}

export interface ExamineMore {
  readonly http?: HttpClient;
  readonly signal?: AbortSignal;
  readonly members?: number;
  readonly measuresPace?: boolean;
  readonly domain?: string;
  readonly layers?: Partial<ProfileLayers>;
  readonly credentials?: TargetCredentials;
}

/** Waits for nothing: what the doctor is patient for has happened. */
const hastyClock: Clock = {
  now: () => systemClock.now(),
  sleep: (milliseconds, signal) => systemClock.sleep(milliseconds >= 20_000 ? milliseconds : 1, signal),
};

/** A doctor with a folder of its own. */
export const openDoctorRig = (): DoctorRig => {
  const folder = mkdtempSync(join(tmpdir(), "lockstep-doctor-"));
  const http = openHttpClient({ clock: hastyClock, allowedHosts: [] });
  const doctor = (client: HttpClient) => openDoctor({ http: client, clock: hastyClock, random: Math.random, folder });
  const patient = (baseUrl: string, token: string, more: ExamineMore) => ({
    baseUrl,
    credentials: more.credentials ?? ({ kind: "bearer", token } as const),
    layers: { template: {}, found: {}, own: {}, baseUrl, ...more.layers },
    signal: more.signal ?? new AbortController().signal,
  });
  return {
    folder,
    http,
    examine: (baseUrl, token, more = {}) => {
      const { domain, members = 3, measuresPace = false } = more;
      const wishes = { domain, members, measuresPace };
      return doctor(more.http ?? http).examine(patient(baseUrl, token, more), wishes, () => undefined);
    },
    cleanUp: (baseUrl, token, other = http) => doctor(other).cleanUp(patient(baseUrl, token, {})),
    close: async () => {
      await http.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** An HTTP client that does something else at its request number `at`, counted from 1. */
export const interrupting = (
  http: HttpClient,
  at: number,
  instead: (request: HttpRequest, send: HttpClient["request"]) => ReturnType<HttpClient["request"]>,
): HttpClient => {
  let count = 0;
  return {
    request: (request) => {
      count += 1;
      return count === at ? instead(request, http.request) : http.request(request);
    },
    close: async () => undefined,
  };
};

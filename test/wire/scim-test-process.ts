import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { RecordedRequest, ScimTestState } from "./scim-test-server.ts";

/** The SCIM test server in a process of its own. */
export interface ScimTestProcess {
  readonly baseUrl: string;
  state(): Promise<ScimTestState>;
  requests(): Promise<readonly RecordedRequest[]>;
  /** Creates that were carried out. */
  creates(): Promise<number>;
  /** Waits until so many creates were carried out; gives up with `signal`. */
  reached(creates: number, signal?: AbortSignal): Promise<void>;
  /** Lets no more creates be carried out than so many, null: any number. Those beyond get no answer. */
  limit(creates: number | null): Promise<void>;
  /** Chances of faults; none ends them. */
  mix(seed: number, mix: Readonly<Record<string, number>>): Promise<void>;
  reset(): Promise<void>;
  end(): Promise<void>;
}

const program = fileURLToPath(new URL("./scim-test-server-process.ts", import.meta.url));

export const startScimTestProcess = async (): Promise<ScimTestProcess> => {
  const child = spawn(process.execPath, [program], { stdio: ["ignore", "pipe", "inherit", "ipc"] });
  const [line] = (await once(createInterface(child.stdout!), "line")) as [string];
  const { baseUrl, admin } = JSON.parse(line) as { readonly baseUrl: string; readonly admin: string };
  const ask = async <Value>(path: string, body: unknown = {}, signal?: AbortSignal): Promise<Value> => {
    const answer = await fetch(`${admin}/${path}`, {
      method: "POST",
      body: JSON.stringify(body),
      ...(signal === undefined ? {} : { signal }),
    });
    return (await answer.json()) as Value;
  };
  return {
    baseUrl,
    state: () => ask("state"),
    requests: () => ask("requests"),
    creates: async () => (await ask<{ readonly creates: number }>("counts")).creates,
    reached: async (creates, signal) => void (await ask("reached", { creates }, signal)),
    limit: async (creates) => void (await ask("limit", { creates })),
    mix: async (seed, mix) => void (await ask("mix", { seed, mix })),
    reset: async () => void (await ask("reset")),
    end: () => endOf(child, "SIGTERM"),
  };
};

/** Sends the signal and waits until the process is gone. */
export const endOf = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill(signal);
  await gone;
};

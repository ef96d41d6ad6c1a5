import { openLog, readConfiguration, systemClock } from "#runtime";
import { openSandbox } from "#sandbox";
import { openStore } from "#store";
import type { RunningSandbox, SandboxOptions } from "./contract.ts";

/** Starts the sandbox tenant by itself, on a database of its own. */
export const startSandbox = async (options: SandboxOptions): Promise<RunningSandbox> => {
  const log = openLog("warn");
  const { LOCKSTEP_KEY: key } = readConfiguration(process.env);
  const store = await openStore({ folder: options.data, log, key });
  try {
    const sandbox = await openSandbox({
      store,
      clock: systemClock,
      log,
      port: options.port,
      rateLimit: options.rateLimit,
    });
    return {
      baseUrl: sandbox.baseUrl,
      token: sandbox.token,
      web: sandbox.web,
      signInLink: sandbox.signInLink,
      stop: async () => {
        await sandbox.close();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
};

import { type Logger, openLog, readConfiguration, systemClock } from "#runtime";
import { openGenericSandbox, openSandbox } from "#sandbox";
import { openStore, type Store } from "#store";
import type { RunningSandbox, SandboxOptions } from "./contract.ts";

const open = async (store: Store, log: Logger, { port, profile }: SandboxOptions) => {
  const common = { store, clock: systemClock, log, port };
  if (profile.kind === "thousandeyes")
    return { ...(await openSandbox({ ...common, rateLimit: profile.rateLimit })), mode: null };
  const { mode, publicUrl } = profile;
  const own = { ...(mode === null ? {} : { mode }), ...(publicUrl === null ? {} : { publicUrl }) };
  return { ...(await openGenericSandbox({ ...common, ...own })), web: null, signInLink: null };
};

/** Starts a sandbox tenant by itself, on a database of its own. */
export const startSandbox = async (options: SandboxOptions): Promise<RunningSandbox> => {
  const log = openLog("warn");
  const { LOCKSTEP_KEY: key } = readConfiguration(process.env);
  const store = await openStore({ folder: options.data, log, key });
  try {
    const { baseUrl, token, web, signInLink, mode, close } = await open(store, log, options);
    return {
      baseUrl,
      token,
      web,
      signInLink,
      mode,
      stop: async () => {
        await close();
        await store.close();
      },
    };
  } catch (error) {
    await store.close();
    throw error;
  }
};

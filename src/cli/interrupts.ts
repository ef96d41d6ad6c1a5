import { exitCodes } from "./problems.ts";
import type { Shell } from "./shell.ts";

export interface Interrupts {
  /** Aborts at the first one. */
  readonly signal: AbortSignal;
  /** Resolves to null at the first one. */
  readonly happened: Promise<null>;
  /** The process is interrupted as usual again. */
  end(): void;
}

// A terminal signals all processes of its group, and a parent may pass the same signal on: within this time it is one Ctrl-C.
const SAME_MILLISECONDS = 500;

/** The first Ctrl-C calls `stop` and aborts the signal; another one ends the process at once. */
export const watchInterrupts = (shell: Shell, stop: () => void): Interrupts => {
  const controller = new AbortController();
  let first: number | null = null;
  const { promise, resolve } = Promise.withResolvers<null>();
  const end = shell.onInterrupt(() => {
    const now = shell.clock.now().getTime();
    if (first === null) {
      first = now;
      stop();
      controller.abort();
      resolve(null);
    } else if (now - first >= SAME_MILLISECONDS) shell.kill(exitCodes.interrupted);
  });
  return { signal: controller.signal, happened: promise, end };
};

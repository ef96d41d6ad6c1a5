import type { Clock } from "#runtime";

/** Keeps anybody from trying passwords. It counts tries by login and by address. */
export interface SignInLimit {
  /** Counts a try. @returns the seconds until the next one is allowed; 0 when this one is */
  attempt(login: string, address: string | null): number;
  /** Takes back what was counted of a try that succeeded, and of those that failed before it. */
  succeeded(login: string, address: string | null): void;
}

const window = 15 * 60_000;
const mostOfLogin = 10;
const mostOfAddress = 50;
/** Counters that are kept: when there are more, the oldest go. */
const most = 10_000;

interface Counter {
  count: number;
  readonly until: number;
}

const loginKey = (login: string) => `login ${login.toLowerCase()}`;
const addressKey = (address: string | null) => `address ${address ?? ""}`;

export const signInLimit = (clock: Clock): SignInLimit => {
  const counters = new Map<string, Counter>();
  const counterOf = (key: string, now: number): Counter => {
    const known = counters.get(key);
    if (known !== undefined && known.until > now) return known;
    const made = { count: 0, until: now + window };
    counters.delete(key);
    counters.set(key, made);
    return made;
  };
  return {
    attempt: (login, address) => {
      const now = clock.now().getTime();
      const ofLogin = counterOf(loginKey(login), now);
      const ofAddress = counterOf(addressKey(address), now);
      for (const key of counters.keys()) {
        if (counters.size <= most) break;
        counters.delete(key);
      }
      const full = [
        ...(ofLogin.count >= mostOfLogin ? [ofLogin] : []),
        ...(ofAddress.count >= mostOfAddress ? [ofAddress] : []),
      ];
      if (full.length > 0) return Math.max(...full.map(({ until }) => Math.ceil((until - now) / 1000)));
      ofLogin.count += 1;
      ofAddress.count += 1;
      return 0;
    },
    succeeded: (login, address) => {
      counters.delete(loginKey(login));
      const ofAddress = counters.get(addressKey(address));
      if (ofAddress !== undefined) ofAddress.count = Math.max(0, ofAddress.count - 1);
    },
  };
};

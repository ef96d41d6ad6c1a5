/** Values that were chosen for somebody and that the target does not show yet. This process alone knows of them. */
export interface Reservations {
  /** @returns false where somebody else has it */
  reserve(key: string, owner: string): boolean;
  /** Lets go of one value that turned out to be taken. */
  giveUp(key: string, owner: string): void;
  /** Lets go of everything that the owner has: it is recorded, or nothing came of it. */
  release(owner: string): void;
}

export const openReservations = (): Reservations => {
  const owners = new Map<string, string>();
  const keys = new Map<string, Set<string>>();
  return {
    reserve: (key, owner) => {
      const holder = owners.get(key);
      if (holder !== undefined) return holder === owner;
      owners.set(key, owner);
      keys.set(owner, (keys.get(owner) ?? new Set()).add(key));
      return true;
    },
    giveUp: (key, owner) => {
      if (owners.get(key) !== owner) return;
      owners.delete(key);
      keys.get(owner)?.delete(key);
    },
    release: (owner) => {
      for (const key of keys.get(owner) ?? []) owners.delete(key);
      keys.delete(owner);
    },
  };
};

/** The same reservations for somebody who only looks: nothing that they choose is kept from others. */
export const lookingAt = (reservations: Reservations): Reservations => {
  const onlooker = "";
  return {
    reserve: (key) => {
      const isFree = reservations.reserve(key, onlooker);
      reservations.giveUp(key, onlooker);
      return isFree;
    },
    giveUp: () => undefined,
    release: () => undefined,
  };
};

/** Values that the target is known to have, so that a hundred people of one name do not ask for the first of them a hundred times. */
export interface Taken {
  has(key: string): boolean;
  add(key: string): void;
}

/** Of more values than this the oldest are asked about anew. */
const remembered = 10_000;

export const openTaken = (): Taken => {
  const keys = new Set<string>();
  return {
    has: (key) => keys.has(key),
    add: (key) => {
      keys.add(key);
      if (keys.size > remembered) for (const oldest of keys.values().take(1)) keys.delete(oldest);
    },
  };
};

import { canFilter, type ObjectType, type TargetProfile } from "#core";
import type { TargetFailure } from "../target.ts";

/** The profile of a target as its own refusals have taught it. */
export interface Habits {
  readonly profile: TargetProfile;
  /** Takes the refusal of a request that was put by `profile` to heart. @returns true where it is put otherwise by now, and may be sent again */
  learn(failure: TargetFailure, profile: TargetProfile): boolean;
  /** True where one request finds who has a value at the path. */
  canFind(type: ObjectType, path: string): boolean;
  /** The target does not search by this path, or does not do it right: accounts are found by reading them all. */
  cannotFind(type: ObjectType, path: string): void;
  /** The target bears no more than so many operations in a bulk request; fewer than two are none. */
  bearsInBulk(operations: number): void;
  /** Whether what answers to bulk requests said of the place of what was made has been true; null where nobody has looked yet. */
  readonly tellsPlaces: boolean | null;
  /** Somebody looked. Whoever was wrong once is not believed again. */
  sawPlace(isTrue: boolean): void;
}

const keyOf = (type: ObjectType, path: string): string => `${type}:${path.toLowerCase()}`;

/** What a refusal says of the profile; null where it is about the object. */
const lessonOf = ({ status }: TargetFailure, profile: TargetProfile): Partial<TargetProfile> | null => {
  if ((status === 415 || status === 406) && profile.mediaType === "application/scim+json")
    return { mediaType: "application/json" };
  return status === 428 && !profile.ifMatch ? { ifMatch: true } : null;
};

export const openHabits = (told: TargetProfile): Habits => {
  let profile = told;
  const refused = new Set<string>();
  let tellsPlaces: boolean | null = null;
  return {
    get profile() {
      return profile;
    },
    learn: (failure, sent) => {
      const lesson = lessonOf(failure, sent);
      if (lesson !== null) profile = { ...profile, ...lesson };
      return lesson !== null;
    },
    canFind: (type, path) => !refused.has(keyOf(type, path)) && canFilter(profile, type, path),
    cannotFind: (type, path) => void refused.add(keyOf(type, path)),
    bearsInBulk: (operations) => {
      const { bulk } = profile;
      if (bulk !== null && operations < bulk.operations)
        profile = { ...profile, bulk: operations < 2 ? null : { ...bulk, operations } };
    },
    get tellsPlaces() {
      return tellsPlaces;
    },
    sawPlace: (isTrue) => {
      tellsPlaces = isTrue && tellsPlaces !== false;
    },
  };
};

import type { ProfileLayers } from "#core";
import type { HttpClient } from "#http";
import type { Clock } from "#runtime";
import type { TargetCredentials } from "../scim/credentials.ts";
import type { CleanedUp } from "./clean-up.ts";
import {
  cleanUpTarget,
  type Examination,
  type ExaminationProgress,
  examineTarget,
  usualDomain,
  usualMembers,
} from "./examine.ts";

/** What somebody may want of an examination otherwise than usual. */
export interface ExaminationWishes {
  /** Domain of the throw-away users' names and addresses: one that the target accepts. */
  readonly domain?: string | undefined;
  /** Throw-away users that join a group, at most. */
  readonly members?: number | undefined;
  /** False leaves out the reads that measure the pace. */
  readonly measuresPace?: boolean | undefined;
}

/** A target to examine. */
export interface Patient {
  readonly baseUrl: string;
  readonly credentials: TargetCredentials;
  readonly layers: ProfileLayers;
  /** Aborted, the doctor ends after the request that is under way, and removes what was made. */
  readonly signal: AbortSignal;
}

export type Leftovers = CleanedUp & { readonly requests: number };

/** Examines targets with throw-away objects that are removed again. */
export interface Doctor {
  examine(
    patient: Patient,
    wishes: ExaminationWishes,
    onProgress: (progress: ExaminationProgress) => void,
  ): Promise<Examination>;
  /** Removes what earlier examinations left, however they ended. */
  cleanUp(patient: Patient): Promise<Leftovers>;
}

export interface DoctorOptions {
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly random: () => number;
  /** Keeps the journals of what is made. */
  readonly folder: string;
}

export const openDoctor = (options: DoctorOptions): Doctor => ({
  examine: (patient, { domain = usualDomain, members = usualMembers, measuresPace = true }, onProgress) =>
    examineTarget({ ...options, ...patient, domain, members, measuresPace, onProgress }),
  cleanUp: (patient) => cleanUpTarget({ ...options, ...patient }),
});

import { existsSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { openHttpClient } from "#http";
import { LockstepError, openLog, readConfiguration, systemClock } from "#runtime";
import { type Doctor, openDoctor, problemOfCredentials } from "#targets";
import type { AddressToExamine, Examination, ExaminationProgress, ExaminationWishes, Leftovers } from "./contract.ts";
import { outgoingRules } from "./outgoing-rules.ts";

/** Journals lie in the data folder where there is one, else with the temporary files: found again by whoever comes next. */
const journalsIn = (data: string): string =>
  join(existsSync(data) ? data : join(tmpdir(), `lockstep-of-${userInfo().username}`), "doctor");

const withDoctor = async <Result>(
  { baseUrl, credentials, data, signal }: AddressToExamine,
  work: (doctor: Doctor, patient: Parameters<Doctor["cleanUp"]>[0]) => Promise<Result>,
): Promise<Result> => {
  const problem = problemOfCredentials(credentials);
  if (problem !== null) throw new LockstepError("InvalidCredentials", problem);
  const clock = systemClock;
  const http = openHttpClient({
    clock,
    log: openLog("silent"),
    ...outgoingRules(readConfiguration(process.env), () => undefined),
  });
  try {
    const doctor = openDoctor({ http, clock, random: Math.random, folder: journalsIn(data) });
    return await work(doctor, { baseUrl, credentials, layers: { template: {}, found: {}, own: {}, baseUrl }, signal });
  } finally {
    await http.close();
  }
};

/** Examines the target at an address, without a server. @throws LockstepError `InvalidCredentials` */
export const examineAddress = (
  address: AddressToExamine,
  wishes: ExaminationWishes,
  onProgress: (progress: ExaminationProgress) => void,
): Promise<Examination> => withDoctor(address, (doctor, patient) => doctor.examine(patient, wishes, onProgress));

/** Removes what examinations of the target at an address have left. @throws LockstepError `InvalidCredentials` */
export const cleanUpAddress = (address: AddressToExamine): Promise<Leftovers> =>
  withDoctor(address, (doctor, patient) => doctor.cleanUp(patient));

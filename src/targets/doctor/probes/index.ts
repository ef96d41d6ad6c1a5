import type { TargetCredentials } from "../../scim/credentials.ts";
import { access, selfPortrait, truth, wrongToken } from "./access.ts";
import { attributes, disabling, replacing, wording } from "./changing.ts";
import { creation, duplicate, unknownId, verbatim } from "./creating.ts";
import { groupCreation, groupRename, groupSearch, membership } from "./groups.ts";
import type { Probe } from "./probe.ts";
import { deletion, groupDeletion } from "./removing.ts";
import { listing, userSearch } from "./searching.ts";

/** All that is examined, in this order: later ones build on what earlier ones found. */
export const probesFor = (kind: TargetCredentials["kind"]): readonly Probe[] => [
  access(kind),
  wrongToken,
  selfPortrait,
  creation,
  verbatim,
  duplicate,
  unknownId,
  userSearch,
  listing,
  wording,
  replacing,
  attributes,
  disabling,
  deletion,
  groupCreation,
  groupSearch,
  groupRename,
  membership,
  groupDeletion,
  truth,
];

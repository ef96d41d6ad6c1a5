import type { ProfileChanges, TargetProfile } from "#core";
import { shortPath } from "./people.ts";

/** What an outcome is about; each sentence takes what it needs. */
export interface Facts {
  readonly path?: string;
  readonly paths?: readonly string[];
  readonly status?: number | null | undefined;
  /** The target's own words, or ours about its answer: a whole sentence. */
  readonly said?: string | undefined;
  readonly name?: string;
  readonly value?: string;
  readonly count?: number;
  readonly of?: number;
}

/** `cannot`: provisioning is not possible; `unknown`: it could not be looked at. */
export type FindingVerdict = "works" | "deviates" | "cannot" | "unknown";

/** What may come of a probe: how it is told, what it means, and what it teaches the profile. */
interface Outcome {
  readonly area: string;
  readonly verdict: FindingVerdict;
  readonly says: (facts: Facts) => string;
  readonly means?: (facts: Facts) => string;
  readonly teaches?: (facts: Facts) => ProfileChanges;
}

const listOf = (items: readonly string[] | undefined): string =>
  items === undefined || items.length === 0
    ? "nothing"
    : items.length === 1
      ? items[0]!
      : `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;

const answerOf = ({ status }: Facts): string => (status === null || status === undefined ? "no answer" : `${status}`);

const saidOf = ({ said }: Facts): string => (said === undefined ? "" : ` ${said}`);

const access = { area: "Access" } as const;
const itself = { area: "What it says of itself" } as const;
const creating = { area: "Creating accounts" } as const;
const searching = { area: "Searching" } as const;
const listing = { area: "Listing" } as const;
const changing = { area: "Changing accounts" } as const;
const leaving = { area: "Disabling and deleting" } as const;
const groups = { area: "Groups" } as const;
const pace = { area: "Pace" } as const;
const works = { verdict: "works" } as const;
const deviates = { verdict: "deviates" } as const;
const cannot = { verdict: "cannot" } as const;

const readRest = "all accounts are read and compared here, which takes longer the more there are.";
const readAll = `To find somebody, ${readRest}`;
const notLogged =
  "Lockstep reads back what it wrote, says once that it was ignored, and does not send it for ever. Let the mapping flow at creation only, or take it out.";

const table = {
  notExamined: {
    area: "Not examined",
    verdict: "unknown",
    says: ({ name, said }) => `${name}: ${said}`,
  },

  answers: { ...access, ...works, says: ({ value }) => `It answers, and the ${value} accepted.` },
  unreachable: { ...access, ...cannot, says: ({ said }) => `${said}`, means: () => "Nothing else could be examined." },
  refusesUs: {
    ...access,
    ...cannot,
    says: ({ said }) => `${said}`,
    means: () => "Nothing else could be examined. Give credentials that may read and write users.",
  },
  wrongTokenRefused: { ...access, ...works, says: () => "A wrong token is refused with 401." },
  wrongTokenOtherwise: {
    ...access,
    ...deviates,
    says: (facts) => `A wrong token is answered with ${answerOf(facts)} instead of 401.`,
    means: () =>
      "An expired token looks like any other error, so the job reports it person by person instead of asking for new credentials at once.",
  },
  wrongTokenTaken: {
    ...access,
    ...deviates,
    says: (facts) => `A wrong token is let in (${answerOf(facts)}).`,
    means: () =>
      "Whoever reaches the address can read the accounts, and a token that was revoked goes on working. Lockstep cannot mend that; tell whoever runs the target.",
  },
  wantsPlainJson: {
    ...access,
    ...deviates,
    says: () => "It does not take the media type application/scim+json.",
    means: () => "Lockstep sends application/json.",
    teaches: () => ({ mediaType: "application/json" }),
  },
  wantsVersion: {
    ...changing,
    ...deviates,
    says: () => "It takes no change that does not say which version it means (428).",
    means: () => "Lockstep sends If-Match with each change.",
    teaches: () => ({ ifMatch: true }),
  },

  describesItself: { ...itself, ...works, says: ({ paths }) => `${listOf(paths)} can be read.` },
  documentMissing: {
    ...itself,
    ...deviates,
    says: (facts) => `${facts.path} cannot be read (${answerOf(facts)}).`,
    means: () => "Nothing is lost: Lockstep goes by what it has tried.",
  },
  announces: {
    ...itself,
    ...works,
    says: ({ paths }) => `It announces: ${listOf(paths)}.`,
  },
  claimIsWrong: {
    ...itself,
    ...deviates,
    says: ({ name, value }) => `ServiceProviderConfig says of ${name}: ${value}. That is not so.`,
    means: () => "Lockstep goes by what it has tried.",
  },
  claimsPageSize: {
    ...itself,
    ...works,
    says: ({ count }) => `It announces at most ${count} results in one answer.`,
    teaches: ({ count = 0 }) => (count > 0 ? { pageSize: Math.min(10_000, count) } : {}),
  },
  claimsCursor: {
    ...itself,
    ...works,
    says: () => "It announces that it pages by cursor.",
    teaches: () => ({ paging: "cursor" }),
  },
  schemasLack: {
    ...itself,
    ...deviates,
    says: ({ paths }) => `Schemas does not name ${listOf(paths)}, though a user keeps it.`,
    means: () => "Lockstep sends what the mappings say, whatever Schemas names.",
  },
  schemasPromise: {
    ...itself,
    ...deviates,
    says: ({ paths }) => `Schemas names ${listOf(paths)}, though a user does not keep it.`,
    means: () => "Do not map it, or leave it be: it does no harm.",
  },

  creates: { ...creating, ...works, says: ({ status }) => `A user is created (${status}), and the answer shows it.` },
  createsWithLess: {
    ...creating,
    ...deviates,
    says: (facts) =>
      `A user with all usual attributes is refused.${saidOf(facts)} With only the most needed ones it is created.`,
    means: () => "Take the attribute that is meant out of the mapping, or mend its values, or nobody is created.",
  },
  createRefused: {
    ...creating,
    ...cannot,
    says: ({ said }) => `No user can be created. ${said}`,
    means: () =>
      "Nobody can be provisioned. If it is about the domain or the address, name one that the target accepts with --domain.",
  },
  createLost: {
    ...creating,
    ...cannot,
    says: ({ said }) => `It cannot be told whether a user was created. ${said}`,
    means: () => "Without knowing what was made nothing more can be examined. Check the base URL, and try again.",
  },
  createShowsLocation: {
    ...creating,
    ...deviates,
    says: () => "The answer to a create is empty, but says where the user is (Location).",
    means: () => "Lockstep reads each new account once more: one request more for each.",
  },
  createShowsNothing: {
    ...creating,
    ...deviates,
    says: () => "The answer to a create says neither which user was made nor where it is.",
    means: () => "Lockstep looks each new account up by its name.",
    teaches: () => ({ createShows: "nothing" }),
  },
  createNotFound: {
    ...creating,
    ...cannot,
    says: (facts) => `A user that was said to be created cannot be read by its id (${answerOf(facts)}).`,
    means: () => "What was written cannot be followed up, so accounts could be made twice.",
  },
  createStatus: {
    ...creating,
    ...deviates,
    says: (facts) => `A create is answered with ${answerOf(facts)} instead of 201.`,
    means: () => "Lockstep takes it as done, since the user is there.",
  },
  keeps: { ...creating, ...works, says: ({ paths }) => `A new user keeps ${listOf(paths)}.` },
  doesNotKeep: {
    ...creating,
    ...deviates,
    says: ({ paths }) => `A new user does not keep ${listOf(paths)}, though the target answered that it was created.`,
    means: () =>
      "These never arrive. Lockstep reads back what it wrote, reports that once, and does not send it for ever. Take them out of the mapping.",
  },
  verbatim: { ...creating, ...works, says: () => "Names in any script and long values are kept as they were sent." },
  changesValue: {
    ...creating,
    ...deviates,
    says: ({ path, value }) => `It does not keep ${path} as sent: ${value}.`,
    means: () => "Where such a value is mapped, the account differs from the directory, and Lockstep says so.",
  },
  duplicateRefused: {
    ...creating,
    ...works,
    says: () => "A second user of the same name is refused with 409.",
    teaches: () => ({ duplicateIsConflict: true }),
  },
  duplicateOtherwise: {
    ...creating,
    ...deviates,
    says: (facts) => `A second user of the same name is refused with ${answerOf(facts)} instead of 409.`,
    means: () => "Lockstep looks twice whether somebody is there before it takes a create for failed.",
    teaches: () => ({ duplicateIsConflict: false }),
  },
  duplicateMade: {
    ...creating,
    ...deviates,
    says: () => "A second user of the same name is created beside the first.",
    means: () =>
      "The target does not protect against doubles. Lockstep looks for everybody before it creates them; whoever else creates accounts there must do so too.",
    teaches: () => ({ duplicateIsConflict: false }),
  },
  duplicateSame: {
    ...creating,
    ...deviates,
    says: () => "A create of a user who is there answers with the user who is there.",
    means: () =>
      "An account of somebody else could be taken over by its name. Lockstep looks for everybody before it creates them.",
    teaches: () => ({ duplicateIsConflict: false }),
  },
  unknownIsMissing: { ...creating, ...works, says: () => "An id that nobody has is answered with 404." },
  unknownOtherwise: {
    ...creating,
    ...deviates,
    says: (facts) => `An id that nobody has is answered with ${answerOf(facts)} instead of 404.`,
    means: () => "Lockstep cannot tell an account that somebody removed from an error, so it does not create it anew.",
  },

  filters: {
    ...searching,
    ...works,
    says: ({ paths }) => `Users are found by ${listOf(paths)}.`,
  },
  filterFails: {
    ...searching,
    ...deviates,
    says: ({ paths, value }) => `A search by ${listOf(paths)} ${value}.`,
  },
  filterable: {
    ...searching,
    ...deviates,
    says: ({ paths = [] }) =>
      paths.length === 0
        ? "Users cannot be searched for."
        : `Users can be searched for by ${listOf(paths.map(shortPath))} only.`,
    means: ({ paths = [] }) => (paths.length === 0 ? readAll : `Match by one of these: for others, ${readRest}`),
    teaches: ({ paths = [] }) => ({ filterable: paths }),
  },
  filterFoldsCase: { ...searching, ...works, says: () => "A search by userName takes no notice of letter case." },
  filterMindsCase: {
    ...searching,
    ...deviates,
    says: () => "A search by userName takes notice of letter case.",
    means: () =>
      "Somebody whose name differs in case is not found; the create that follows is refused, and Lockstep says so. Write names in the target as in the directory.",
  },
  findsMembers: {
    ...searching,
    ...works,
    says: () => "It can be asked whether somebody is a member, without reading the group.",
  },
  doesNotFindMembers: {
    ...searching,
    ...deviates,
    says: ({ value }) => `Whether somebody is a member cannot be asked: ${value}.`,
    means: () => "Where Lockstep has to know, it reads the group.",
  },

  pages: { ...listing, ...works, says: ({ count }) => `All ${count} users can be read page by page.` },
  pagesInPart: {
    ...listing,
    ...works,
    says: ({ count, of }) => `Pages are as asked for (${count} of ${of} users were read).`,
  },
  countIgnored: {
    ...listing,
    ...deviates,
    says: () => "It answers with all users whatever page is asked for.",
    means: () => "Lockstep notices that nothing new comes, and stops there.",
  },
  pagingRefused: {
    ...listing,
    ...deviates,
    says: (facts) => `It does not bear startIndex and count (${answerOf(facts)}), but lists users without them.`,
    means: () => "Lockstep asks for all in one answer.",
    teaches: () => ({ paging: "none" }),
  },
  pagesRepeat: {
    ...listing,
    ...deviates,
    says: () => "Its second page is its first one again.",
    means: () =>
      "Whoever is not on the first page cannot be listed. Lockstep stops instead of reading for ever, and finds people by searching.",
  },
  pagesSkip: {
    ...listing,
    ...deviates,
    says: ({ count, of }) => `Its pages together show ${count} of the ${of} users that it claims.`,
    means: () =>
      "Somebody may be missed in a listing. Lockstep looks a second time, and searches where that is possible.",
  },
  totalIsWrong: {
    ...listing,
    ...deviates,
    says: ({ count, of }) => `It claims ${of} users and shows ${count}.`,
    means: () => "Lockstep does not rely on totalResults: a listing ends where nothing more comes.",
  },
  pagesUnstable: {
    ...listing,
    ...deviates,
    says: () => "The same page, asked for twice, shows other users.",
    means: () =>
      "Somebody may be missed in a listing. Lockstep looks a second time, and searches where that is possible.",
  },
  pageCap: {
    ...listing,
    ...deviates,
    says: ({ count, of }) => `Of ${of} users asked for, one page shows ${count}.`,
    means: ({ count }) => `Lockstep asks for ${count} at a time.`,
    teaches: ({ count = 0 }) => (count > 0 ? { pageSize: count } : {}),
  },
  cannotList: {
    ...listing,
    ...deviates,
    says: ({ said }) => `Users cannot be listed. ${said}`,
    means: () => "Accounts that are there already are found one by one, by searching.",
  },

  patchWorks: {
    ...changing,
    ...works,
    says: ({ name, paths = [] }) =>
      `Changes by PATCH arrive, worded as ${name}${paths.length === 0 ? "" : `; also as ${listOf(paths)}`}.`,
    teaches: ({ value }) => (value === undefined ? {} : { patchStyle: value as TargetProfile["patchStyle"] }),
  },
  patchLacks: {
    ...changing,
    ...deviates,
    says: ({ name, paths }) => `By PATCH, worded as ${name}, it does not ${listOf(paths)}.`,
    means: () => "Lockstep uses the wording with which most arrives.",
  },
  patchOneByOne: {
    ...changing,
    ...deviates,
    says: () => "It takes one operation in a PATCH, and refuses several.",
    means: () => "Lockstep sends each in a request of its own, which takes longer.",
    teaches: () => ({ patchOperations: 1 }),
  },
  patchKnob: {
    ...changing,
    ...deviates,
    says: ({ name, value }) => `It does not ${name} by the usual wording, but does with ${value}.`,
    means: () => "Lockstep words it so.",
    teaches: ({ value = "" }) => {
      const [member = "", setting = ""] = value.split(": ");
      return { [member]: setting } as ProfileChanges;
    },
  },
  patchStill: {
    ...changing,
    ...deviates,
    says: ({ paths }) => `By PATCH it does not ${listOf(paths)}, however it is worded.`,
    means: () => "What does not arrive is read back, reported once and not sent for ever.",
  },
  patchImpossible: {
    ...changing,
    ...deviates,
    says: ({ said }) => `It has no PATCH. ${said}`,
    means: () => "Lockstep sends the whole account by PUT where that works.",
  },
  patchDoesNothing: {
    ...changing,
    ...deviates,
    says: (facts) => `PATCH is answered with ${answerOf(facts)}, and changes nothing.`,
    means: () => "Lockstep sends the whole account by PUT where that works.",
  },
  putWorks: { ...changing, ...works, says: () => "Changes by PUT arrive." },
  putNeeded: {
    ...changing,
    ...works,
    says: () => "Changes by PUT arrive, so they go that way.",
    teaches: () => ({ updateUsers: "put" }),
  },
  putFails: {
    ...changing,
    ...deviates,
    says: ({ said }) => `Changes by PUT do not arrive: ${said}`,
    means: () => "Lockstep uses PATCH.",
  },
  cannotChange: {
    ...changing,
    ...cannot,
    says: () => "Neither PATCH nor PUT changes a user.",
    means: () => "Accounts would be created and then never follow the directory; leavers could not be disabled.",
  },
  attributesChange: { ...changing, ...works, says: ({ paths }) => `It changes ${listOf(paths)}.` },
  attributesClear: { ...changing, ...works, says: ({ paths }) => `It clears ${listOf(paths)}.` },
  changeIgnored: {
    ...changing,
    ...deviates,
    says: (facts) =>
      `Changes of ${facts.path} are ignored${facts.status === undefined ? "" : `, although it answers ${answerOf(facts)}`}.`,
    means: ({ path }) =>
      path === "userName"
        ? `Whoever is renamed keeps the old name there, and is not found by the new one. ${notLogged}`
        : path?.startsWith("emails") === true
          ? `${notLogged} If a new address only waits until its owner confirms it, name emails in confirmedLater.`
          : notLogged,
  },
  changeWaits: {
    ...changing,
    ...works,
    says: ({ path }) => `Changes of ${path} are not shown at once: they wait until somebody confirms them.`,
  },
  changeShownOnly: {
    ...changing,
    ...deviates,
    says: ({ path }) => `The answer to a change shows the new ${path}, but the account keeps the old one.`,
    means: () => "Its answers cannot be believed. Lockstep reads back; let it do so always (readBack).",
  },
  changeRefused: {
    ...changing,
    ...deviates,
    says: (facts) => `Changes of ${facts.path} are refused.${saidOf(facts)}`,
    means: () =>
      "Whoever's value changes fails until somebody looks. Let the mapping flow at creation only, or take it out.",
  },
  clearIgnored: {
    ...changing,
    ...deviates,
    says: ({ paths }) => `What was emptied stays: ${listOf(paths)}.`,
    means: () =>
      "An emptied value lives on in the target. Lockstep leaves empty values alone unless a mapping says otherwise.",
  },

  disables: { ...leaving, ...works, says: () => "An account can be disabled and enabled again." },
  disableIgnored: {
    ...leaving,
    ...deviates,
    says: (facts) =>
      `Disabling an account changes nothing${facts.status === undefined ? "" : `, although it answers ${answerOf(facts)}`}.`,
    means: () =>
      "A security matter: whoever leaves keeps a working account. Let the mapping delete accounts instead of disabling them, if deleting works.",
  },
  enableIgnored: {
    ...leaving,
    ...deviates,
    says: () => "A disabled account cannot be enabled again.",
    means: () => "Whoever comes back stays locked out until an administrator of the target helps.",
  },
  disabledIsFound: {
    ...leaving,
    ...works,
    says: () => "A disabled account is still found.",
  },
  disabledIsHidden: {
    ...leaving,
    ...deviates,
    says: ({ paths }) => `A disabled account is not found any more ${listOf(paths)}.`,
    means: () =>
      "Somebody who is disabled there and not yet known to Lockstep cannot be matched: a create would be refused or make a double. Lockstep remembers the accounts that it has seen.",
  },
  deletes: {
    ...leaving,
    ...works,
    says: (facts) => `A deleted account is gone (${answerOf(facts)}, then 404).`,
  },
  deletesSoftly: {
    ...leaving,
    ...deviates,
    says: () => "A deleted account is only marked: it can still be read by its id.",
    means: () =>
      "Lockstep takes it for deleted; throw-away accounts of the doctor may stay visible to administrators of the target.",
  },
  deleteIgnored: {
    ...leaving,
    ...deviates,
    says: (facts) => `Deleting an account changes nothing, although it answers ${answerOf(facts)}.`,
    means: () => "Whoever is deleted in the directory keeps the account. Let the mapping disable accounts instead.",
  },
  deleteRefused: {
    ...leaving,
    ...deviates,
    says: ({ said }) => `Accounts cannot be deleted. ${said}`,
    means: () => "Let the mapping disable accounts instead of deleting them.",
  },
  nameIsFree: { ...leaving, ...works, says: () => "After a deletion the name can be used again." },
  nameStaysTaken: {
    ...leaving,
    ...deviates,
    says: (facts) => `After a deletion the name cannot be used again (${answerOf(facts)}).`,
    means: () =>
      "Somebody who was deleted and comes back is refused as a duplicate, and has to be restored in the target by hand.",
  },

  noGroups: {
    ...groups,
    ...deviates,
    says: (facts) => `It has no groups (${answerOf(facts)}).`,
    means: () => "Lockstep provisions people only.",
    teaches: () => ({ supportsGroups: false }),
  },
  groupRefused: {
    ...groups,
    ...deviates,
    says: (facts) => `Groups can be read, but none can be created.${saidOf(facts)}`,
    means: () => "Lockstep provisions people only.",
    teaches: () => ({ supportsGroups: false }),
  },
  groupCreated: { ...groups, ...works, says: () => "A group is created, and found by its id." },
  groupFilterable: {
    ...groups,
    ...works,
    says: ({ paths }) => `Groups are found by ${listOf(paths)}.`,
  },
  groupFilterFails: {
    ...groups,
    ...deviates,
    says: ({ path, value }) => `A search for groups by ${path} ${value}.`,
    means: () => "Lockstep reads all groups instead and compares for itself.",
  },
  groupFilterableOnly: {
    ...groups,
    ...deviates,
    says: ({ paths = [] }) =>
      paths.length === 0 ? "Groups cannot be searched for." : `Groups can be searched for by ${listOf(paths)} only.`,
    means: () => "Lockstep reads all groups where it has to.",
    teaches: ({ paths = [] }) => ({ filterableGroups: paths }),
  },
  groupRenamed: { ...groups, ...works, says: ({ name }) => `A group is renamed by ${name}.` },
  groupsByPut: {
    ...groups,
    ...deviates,
    says: () => "A PATCH does not change a group, but PUT does.",
    means: () => "Lockstep sends the whole group, its members with it, for each change: costly for large groups.",
    teaches: () => ({ updateGroups: "put" }),
  },
  groupNotRenamed: {
    ...groups,
    ...deviates,
    says: (facts) => `A group cannot be renamed.${saidOf(facts)}`,
    means: () => "A renamed group keeps its old name there. Lockstep says so once.",
  },
  membersChange: {
    ...groups,
    ...works,
    says: ({ count }) => `Members join and leave, also ${count} in one request.`,
  },
  membersNotAdded: {
    ...groups,
    ...deviates,
    says: (facts) => `Members do not join a group.${saidOf(facts)}`,
    means: () => "Groups would stay empty. Provision people only.",
  },
  membersByValue: {
    ...groups,
    ...deviates,
    says: () => "A member leaves a group only if the ids stand in the value of the removal, not in its path.",
    means: () => "Lockstep words it so.",
    teaches: () => ({ memberRemoval: "value" }),
  },
  membersByFilter: {
    ...groups,
    ...deviates,
    says: () => "A member leaves a group only if the path of the removal names the id.",
    means: () => "Lockstep words it so.",
    teaches: () => ({ memberRemoval: "filter" }),
  },
  membersNotRemoved: {
    ...groups,
    ...deviates,
    says: (facts) => `Members cannot be taken out of a group.${saidOf(facts)}`,
    means: () => "A security matter: whoever leaves a group in the directory stays in it there.",
  },
  membersAtOnce: {
    ...groups,
    ...deviates,
    says: ({ count, of }) => `Of ${of} members in one request not all arrive; ${count} do.`,
    means: ({ count }) => `Lockstep sends ${count} at a time.`,
    teaches: ({ count = 1 }) => ({ membersPerRequest: Math.max(1, count) }),
  },
  membersLeftOut: {
    ...groups,
    ...works,
    says: () => "A group can be read without its members.",
  },
  membersAnyway: {
    ...groups,
    ...deviates,
    says: () => "A group comes with its members though they were to be left out.",
    means: () => "Reading large groups is slow. Lockstep passes over them.",
  },
  membersNotLeftOut: {
    ...groups,
    ...deviates,
    says: (facts) => `It does not bear excludedAttributes=members (${answerOf(facts)}).`,
    means: () => "Lockstep reads groups whole.",
    teaches: () => ({ excludesMembers: false }),
  },
  groupDuplicate: {
    ...groups,
    ...works,
    says: ({ value }) => `A second group of the same name ${value}.`,
  },
  groupDeleted: { ...groups, ...works, says: () => "A deleted group is gone." },
  groupStays: {
    ...groups,
    ...deviates,
    says: (facts) => `A group cannot be deleted (${answerOf(facts)}).`,
    means: () => "Groups that are gone in the directory stay there.",
  },

  rateTold: {
    ...pace,
    ...works,
    says: ({ count, value }) =>
      `Its answers tell a limit: ${count} requests${value === undefined ? "; the length of its window they do not tell" : ` in ${value} seconds`}.`,
    means: () => "Lockstep keeps to what the answers tell, to the full.",
    teaches: ({ count = 0, value }) =>
      value === "60" ? { requestsPerMinute: count } : value === "1" ? { requestsPerSecond: count } : {},
  },
  rateUntold: {
    ...pace,
    ...works,
    says: ({ count, value }) => `Its answers tell no limit; ${count} reads in ${value} seconds were answered.`,
    means: () =>
      "Lockstep begins carefully and goes faster while answers come. Set requestsPerMinute if the target publishes a limit.",
  },
  rateReached: {
    ...pace,
    ...deviates,
    says: ({ count, value, said }) =>
      `After ${count} reads in ${value} seconds it asked for patience (429)${said === undefined ? "" : `, ${said}`}.`,
    means: () => "Lockstep waits as it is told, and finds a pace that the target bears.",
  },
} satisfies Readonly<Record<string, Outcome>>;

export type OutcomeCode = keyof typeof table;

/** Every outcome by its code, in the order in which a report tells the areas. */
export const outcomes: Readonly<Record<OutcomeCode, Outcome>> = table;

import { mappingName } from "./property-names.ts";
import { type PropertyReading, readProperties } from "./property-reading.ts";
import { type DirectoryRecord, instant } from "./user.ts";

const scalars = (
  "classification description displayName mail mailEnabled mailNickname onPremisesDomainName onPremisesSamAccountName " +
  "onPremisesSecurityIdentifier onPremisesSyncEnabled preferredLanguage securityEnabled visibility"
).split(" ");

const lists = ["groupTypes", "proxyAddresses"];

/** Every property of a group that is served. */
export const groupProperties: readonly string[] = ["id", "createdDateTime", "deletedDateTime", ...scalars, ...lists];

/** A group with all its properties: Graph shows them without being asked. */
export const groupResource = (group: DirectoryRecord): Readonly<Record<string, unknown>> => {
  const held = (attribute: string): unknown =>
    Object.hasOwn(group.attributes, attribute) ? group.attributes[attribute] : null;
  return {
    id: group.id,
    deletedDateTime: group.deletedAt === null ? null : instant(group.deletedAt),
    createdDateTime: instant(group.createdAt),
    ...Object.fromEntries(scalars.map((name) => [name, held(mappingName(name))])),
    ...Object.fromEntries(lists.map((name) => [name, held(name) ?? []])),
  };
};

/** The attributes that a body sets or clears, by their names in the mapping language. Members are bound apart from it. */
export const readGroup = (body: unknown): PropertyReading =>
  readProperties(body, {
    type: "microsoft.graph.group",
    plain: [...scalars, ...lists],
    readOnly: ["id", "createdDateTime", "deletedDateTime"],
    dropped: [],
    nested: new Map(),
    first: new Map(),
  });

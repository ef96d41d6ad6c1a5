/** Where Graph and the mapping language call one attribute by two names. */
const differing: readonly (readonly [graph: string, mapping: string])[] = [
  ["mobilePhone", "mobile"],
  ["faxNumber", "facsimileTelephoneNumber"],
  ["officeLocation", "physicalDeliveryOfficeName"],
  ["onPremisesSyncEnabled", "dirSyncEnabled"],
];

const toMapping = new Map(differing);

/** The mapping language's name of a property that Graph holds at the top; most are the same. */
export const mappingName = (property: string): string => toMapping.get(property) ?? property;

/** Attributes whose name begins so belong to custom extensions and have no list. */
export const isExtension = (name: string): boolean => /^extension_[0-9a-f]{32}_/i.test(name);

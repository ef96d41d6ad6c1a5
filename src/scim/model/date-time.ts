const pattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(Z|[+-]\d{2}:\d{2})?$/i;

/** Milliseconds since 1970 of an xsd:dateTime, UTC where it names no zone; undefined when it is no such text. */
export const instantOf = (text: string): number | undefined => {
  const zone = pattern.exec(text);
  if (zone === null) return undefined;
  const instant = Date.parse((zone[1] === undefined ? `${text}Z` : text).toUpperCase());
  return Number.isNaN(instant) ? undefined : instant;
};

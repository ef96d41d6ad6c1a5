import { type ScimError, scimMediaType, statusError } from "#scim";

const quality = (parameters: readonly string[]): number => {
  const text = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
  const value = Number(text ?? "1");
  return Number.isNaN(value) ? 1 : value;
};

/** How exactly a range of an Accept header names SCIM's type; undefined when it does not. JSON will do: SCIM's type is JSON. */
const exactness = (range: string): number | undefined => {
  if (range === scimMediaType) return 3;
  if (range === "application/json") return 2;
  if (range === "application/*") return 1;
  return range === "*/*" || range === "*" ? 0 : undefined;
};

/** Null when the client takes what the service writes; else the 406. */
export const notAcceptable = (header: string | undefined): ScimError | null => {
  if (header === undefined || header.trim() === "") return null;
  let best = { exactness: -1, quality: 0 };
  for (const part of header.toLowerCase().split(",")) {
    const [range = "", ...parameters] = part.split(";").map((piece) => piece.trim());
    const exact = exactness(range);
    if (exact !== undefined && exact > best.exactness) best = { exactness: exact, quality: quality(parameters) };
  }
  return best.quality > 0 ? null : statusError(406, `Answers are ${scimMediaType} only; name it in Accept.`);
};

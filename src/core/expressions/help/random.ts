import type { HelpByName } from "./entry.ts";

const AT_CREATION =
  "A mapping that draws random values flows only when the account is created. Otherwise every evaluation would find a difference and write it.";

export const RANDOM_HELP: HelpByName = {
  RandomString: {
    summary: "Draws a random text, such as a first password.",
    result: "text",
    parameters: {
      Length: "how many characters, at most 256",
      MinimumNumbers: "how many digits at least",
      MinimumSpecialCharacters: "how many special characters at least",
      MinimumCapital: "how many capitals at least",
      MinimumLowerCase: "how many small letters at least",
      CharactersToAvoid: "characters that must not occur",
    },
    nulls:
      "Null in one of the five numbers gives null, an empty text in its place is an error. Null or empty characters to avoid avoid nothing.",
    emptied: [
      "RandomString([x], 0, 0, 0, 0)",
      "RandomString(8, [x], 0, 0, 0)",
      "RandomString(8, 0, [x], 0, 0)",
      "RandomString(8, 0, 0, [x], 0)",
      "RandomString(8, 0, 0, 0, [x])",
      "RandomString(0, 0, 0, 0, 0, [x])",
    ],
    notes: [
      AT_CREATION,
      "Digits, capitals and small letters are those of ASCII; special characters are those of the Windows password policy.",
      "The four minimums together must not exceed Length. Small letters count here; Entra's documentation leaves them out of the sum.",
      "Put Redact around it: otherwise the log shows the password.",
    ],
    examples: [
      {
        expression: 'Redact(RandomString(16, 2, 2, 2, 2, "lI1O0"))',
        gives: { matches: "^[^lI1O0]{16}$" },
        note: "no characters that are easily confused",
      },
      { expression: "RandomString(6, 6, 0, 0, 0)", gives: { matches: "^[0-9]{6}$" }, note: "a PIN: digits only" },
      {
        expression: "RandomString(6, 2, 2, 2, 2)",
        gives: { error: "RandomString's minimums add up to 8, more than the Length of 6." },
      },
    ],
    seeAlso: ["Guid", "Redact"],
  },
  Guid: {
    summary: "Draws a random identifier.",
    result: "text",
    parameters: {},
    nulls: "It takes no arguments.",
    emptied: [],
    notes: [
      AT_CREATION,
      "It is a GUID of version 4 in small letters, with hyphens and without braces.",
      "For an identifier that stays the same, map `objectId` instead.",
    ],
    examples: [
      {
        expression: "Guid()",
        gives: { matches: "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$" },
      },
      {
        expression: 'Join("-", [employeeId], Left(Guid(), 8))',
        attributes: { employeeId: "SH10001" },
        gives: { matches: "^SH10001-[0-9a-f]{8}$" },
        note: "a part of it",
      },
    ],
    seeAlso: ["RandomString"],
  },
};

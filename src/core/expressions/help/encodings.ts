import type { HelpByName } from "./entry.ts";

export const ENCODINGS_HELP: HelpByName = {
  ConvertToBase64: {
    summary: "Writes the bytes of a text as Base64.",
    result: "text",
    parameters: { source: "the text to encode" },
    nulls: "Null gives null, an empty text gives an empty text.",
    emptied: ["ConvertToBase64([x])"],
    notes: [
      "The bytes are those of UTF-16, little-endian. Most other tools encode UTF-8, and give something else for the same text.",
    ],
    examples: [
      { expression: "ConvertToBase64([employeeId])", attributes: { employeeId: "SH1" }, gives: { value: "UwBIADEA" } },
      { expression: 'ConvertToBase64("Zoé")', gives: { value: "WgBvAOkA" }, note: "in UTF-8 it would be `Wm/DqQ==`" },
    ],
    seeAlso: ["ConvertToUTF8Hex"],
  },
  ConvertToUTF8Hex: {
    summary: "Writes the UTF-8 bytes of a text as hexadecimal digits.",
    result: "text",
    parameters: { source: "the text to encode" },
    nulls: "Null gives null, an empty text gives an empty text.",
    emptied: ["ConvertToUTF8Hex([x])"],
    notes: [
      "Two capital digits for each byte, with nothing between them. A letter outside ASCII has more than one byte.",
    ],
    examples: [
      { expression: "ConvertToUTF8Hex([givenName])", attributes: { givenName: "Ada" }, gives: { value: "416461" } },
      {
        expression: "ConvertToUTF8Hex([givenName])",
        attributes: { givenName: "Zoé" },
        gives: { value: "5A6FC3A9" },
        note: "é has two bytes",
      },
    ],
    seeAlso: ["ConvertToBase64"],
  },
};

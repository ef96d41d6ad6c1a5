import type { HelpByName } from "./entry.ts";

export const LETTERS_HELP: HelpByName = {
  NormalizeDiacritics: {
    summary: "Turns letters with accents into plain ones.",
    result: "text",
    parameters: { source: "the text whose accents are to go" },
    nulls: "Null gives null, an empty text gives an empty text.",
    emptied: ["NormalizeDiacritics([x])"],
    notes: [
      "The letters ä, ö, ü and å become a, o, u and a. If you want ae, oe and ue, Replace them first.",
      "Some letters become two or another one: æ → ae, ø → oe, ß → ss, ł → l, and dotless ı → i. The capitals Æ and Ø become AE and OE, so Øystein becomes OEystein; ToLower afterwards evens that out.",
      "Letters that Entra's table does not name and that are more than a letter with an accent (đ, ð, þ, œ) stay as they are. So do other scripts, apart from their accents.",
      "What a target allows in a login is often narrower still: see the recipe for a mail nickname in the mapping language.",
    ],
    examples: [
      {
        expression: "NormalizeDiacritics([displayName])",
        attributes: { displayName: "Łucja Wiśnioch" },
        gives: { value: "Lucja Wisnioch" },
      },
      {
        expression: "NormalizeDiacritics([displayName])",
        attributes: { displayName: "Götz Größler" },
        gives: { value: "Gotz Grossler" },
        note: "o, not oe",
      },
      {
        expression: "NormalizeDiacritics([displayName])",
        attributes: { displayName: "Øystein Vårdal" },
        gives: { value: "OEystein Vardal" },
        note: "two capitals",
      },
      {
        expression: "NormalizeDiacritics([displayName])",
        attributes: { displayName: "Đặng Đức" },
        gives: { value: "Đang Đuc" },
        note: "đ stays",
      },
      {
        expression: 'NormalizeDiacritics(Replace(ToLower([surname]), "ö", , , "oe", , ))',
        attributes: { surname: "Größler" },
        gives: { value: "groessler" },
        note: "oe where German wants it",
      },
    ],
    seeAlso: ["Replace", "ToLower", "SelectUniqueValue"],
  },
  PCase: {
    summary: "Writes the first letter of each word as a capital and all others small.",
    result: "text",
    parameters: {
      source: "the text to change",
      wordSeparators: "the characters that separate words; when left out, spaces and all punctuation and symbols",
    },
    nulls:
      "A null text gives null. Null separators count as left out; an empty text means that nothing separates, so only the very first letter becomes a capital.",
    emptied: ["PCase([x])", 'PCase("ada berg", [x])'],
    notes: [
      "Words in capitals are lowered too: NOC becomes Noc, and McAdoo becomes Mcadoo.",
      "Without separators the apostrophe and the hyphen separate as well, as Entra's documentation has it: `it's` becomes `It'S`.",
    ],
    examples: [
      {
        expression: "PCase([displayName])",
        attributes: { displayName: "HARRIET ASHDOWN-VALE" },
        gives: { value: "Harriet Ashdown-Vale" },
      },
      {
        expression: "PCase([displayName])",
        attributes: { displayName: "zoé d'aubrac" },
        gives: { value: "Zoé D'Aubrac" },
      },
      {
        expression: "PCase([displayName])",
        attributes: { displayName: "Ian McAdoo" },
        gives: { value: "Ian Mcadoo" },
        note: "the inner capital is lost",
      },
      {
        expression: 'PCase([displayName], " ")',
        attributes: { displayName: "zoé d'aubrac" },
        gives: { value: "Zoé D'aubrac" },
        note: "only the space separates",
      },
    ],
    seeAlso: ["ToLower", "ToUpper"],
  },
  ToLower: {
    summary: "Writes a text in small letters.",
    result: "text",
    parameters: {
      source: "the text to change",
      culture: "the name of a culture such as `tr-TR`; the same everywhere when left out",
    },
    nulls: "A null text gives null, an empty text gives an empty text. A null or empty culture counts as left out.",
    emptied: ["ToLower([x])", 'ToLower("ADA", [x])'],
    notes: [
      "Only Turkish (`tr`) and Azerbaijani (`az`) differ from the rest: there I becomes a dotless ı.",
      "Each character becomes one character, as in .NET. A character whose small form would be longer stays.",
      "Whether a change of case alone is written to the account depends on the target attribute: only where case counts.",
    ],
    examples: [
      {
        expression: "ToLower([mail])",
        attributes: { mail: "Ada.BERG@Contoso.example" },
        gives: { value: "ada.berg@contoso.example" },
      },
      {
        expression: "ToLower([mail])",
        attributes: { mail: "ÉLODIE.LEFÈVRIER@SUNDHAVEN.EXAMPLE" },
        gives: { value: "élodie.lefèvrier@sundhaven.example" },
        note: "accents stay",
      },
      { expression: 'ToLower("ISIL")', gives: { value: "isil" } },
      { expression: 'ToLower("ISIL", "tr-TR")', gives: { value: "ısıl" }, note: "Turkish has a dotless i" },
      {
        expression: 'ToLower("ISIL", "Turkish!")',
        gives: { error: '"Turkish!" is not the name of a culture; write one such as en-US.' },
      },
    ],
    seeAlso: ["ToUpper", "PCase", "NormalizeDiacritics"],
  },
  ToUpper: {
    summary: "Writes a text in capital letters.",
    result: "text",
    parameters: {
      source: "the text to change",
      culture: "the name of a culture such as `tr-TR`; the same everywhere when left out",
    },
    nulls: "A null text gives null, an empty text gives an empty text. A null or empty culture counts as left out.",
    emptied: ["ToUpper([x])", 'ToUpper("ada", [x])'],
    notes: [
      "Only Turkish (`tr`) and Azerbaijani (`az`) differ from the rest: there i becomes İ with a dot.",
      "Each character becomes one character, as in .NET. ß has no capital of one character, and stays.",
    ],
    examples: [
      { expression: "ToUpper([country])", attributes: { country: "no" }, gives: { value: "NO" } },
      { expression: "ToUpper([country])", attributes: { country: null }, gives: { value: null } },
      { expression: 'ToUpper("Größler")', gives: { value: "GRÖßLER" }, note: "ß stays" },
      { expression: 'ToUpper("izmir", "tr-TR")', gives: { value: "İZMİR" }, note: "Turkish keeps the dot" },
    ],
    seeAlso: ["ToLower", "PCase"],
  },
};

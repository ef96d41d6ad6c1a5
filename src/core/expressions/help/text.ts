import type { HelpByName } from "./entry.ts";

export const TEXT_HELP: HelpByName = {
  Append: {
    summary: "Puts a second text behind the first.",
    result: "text",
    parameters: { source: "the text to begin with", suffix: "the text to put behind it" },
    nulls:
      "Null in either place gives null, so that a missing value leaves no stray suffix behind. An empty text adds nothing.",
    emptied: ['Append([x], "-EU")', 'Append("4130", [x])'],
    notes: ['To go on when a part is missing, use `Join("", …)`: it leaves the missing part out.'],
    examples: [
      {
        expression: 'Append([employeeId], "-EU")',
        attributes: { employeeId: "SH10001" },
        gives: { value: "SH10001-EU" },
      },
      {
        expression: 'Append([employeeId], "-EU")',
        attributes: { employeeId: null },
        gives: { value: null },
        note: "no number, so no suffix either",
      },
      {
        expression: 'Append("smtp:", [mail])',
        attributes: { mail: "ada.berg@contoso.example" },
        gives: { value: "smtp:ada.berg@contoso.example" },
        note: "a constant in front makes a prefix",
      },
      {
        expression: 'Append(Append([mailNickname], "@"), "sundhaven.example")',
        attributes: { mailNickname: "harriet.ashdown" },
        gives: { value: "harriet.ashdown@sundhaven.example" },
        note: "three parts take two calls; Join takes one",
      },
    ],
    seeAlso: ["Join", "Replace"],
  },
  Join: {
    summary: "Puts texts one after the other, with a separator between them.",
    result: "text",
    parameters: {
      separator: 'what stands between two parts; `""` for nothing',
      source1: "a part: a text, or a list, each value of which is a part",
    },
    nulls:
      'Parts that are null or empty are left out, together with their separator. When no part is left, the result is an empty text and not null. A null separator counts as `""`.',
    emptied: ['Join([x], "Ada", "Berg")', 'Join(" ", [x], "Berg")'],
    notes: [
      'The result is never null. A default value, and a Coalesce around Join, are therefore never used; Switch with the key `""` and IgnoreFlowIfNullOrEmpty notice the empty text.',
      "Constants are parts like any other: brackets or commas written as parts stay even if what they enclose is missing.",
    ],
    examples: [
      {
        expression: 'Join(" ", [givenName], [surname])',
        attributes: { givenName: "Łucja", surname: "Wiśnioch" },
        gives: { value: "Łucja Wiśnioch" },
      },
      {
        expression: 'Join(" ", [givenName], [surname])',
        attributes: { givenName: "Suhartini", surname: null },
        gives: { value: "Suhartini" },
        note: "no space at the end",
      },
      {
        expression: 'Join(" ", [givenName], [surname])',
        attributes: { givenName: null, surname: null },
        gives: { value: "" },
        note: "empty, not null",
      },
      {
        expression: 'Join(";", [otherMails])',
        attributes: { otherMails: ["ada@contoso.example", "ada.berg@sundhaven.example"] },
        gives: { value: "ada@contoso.example;ada.berg@sundhaven.example" },
        note: "a list becomes one text",
      },
      {
        expression: 'Join("", [surname], " (", [department], ")")',
        attributes: { surname: "Berg", department: "Finance" },
        gives: { value: "Berg (Finance)" },
      },
      {
        expression: 'Join("", [surname], " (", [department], ")")',
        attributes: { surname: "Berg", department: null },
        gives: { value: "Berg ()" },
        note: "constants stay",
      },
    ],
    seeAlso: ["Append", "Split", "Coalesce", "IgnoreFlowIfNullOrEmpty"],
  },
  Left: {
    summary: "Gives the first characters of a text.",
    result: "text",
    parameters: { String: "the text to cut", NumChars: "how many characters to keep" },
    nulls:
      "A null text gives an empty text, not null. A null number counts as 0. An empty text where the number belongs is an error.",
    emptied: ["Left([x], 3)", 'Left("Ada Berg", [x])'],
    notes: [
      "A text that is shorter is given whole. 0 gives an empty text, a negative number the whole text.",
      "Characters are counted as .NET counts them: most emoji count as two. Half of one is never given; it is dropped.",
    ],
    examples: [
      {
        expression: "Left([displayName], 12)",
        attributes: { displayName: "Świętosław Gżegżółka" },
        gives: { value: "Świętosław G" },
      },
      { expression: "Left([displayName], 12)", attributes: { displayName: "Duc Dang" }, gives: { value: "Duc Dang" } },
      { expression: "Left([displayName], 12)", attributes: {}, gives: { value: "" }, note: "empty, not null" },
      { expression: 'Left("Harbour", 0)', gives: { value: "" } },
      { expression: 'Left("Harbour", -1)', gives: { value: "Harbour" }, note: "negative: the whole text" },
      { expression: 'Left("🚢 Harbour", 1)', gives: { value: "" }, note: "half of the ship is dropped" },
    ],
    seeAlso: ["Mid", "Word"],
  },
  Mid: {
    summary: "Gives a piece of a text, from a position on.",
    result: "text",
    parameters: {
      source: "the text to cut",
      start: "the position of the first character, counted from 1",
      length: "how many characters to give",
    },
    nulls:
      "A null text gives an empty text, not null. A null start counts as 0, which is outside the text; a null length counts as 0. An empty text where a number belongs is an error.",
    emptied: ["Mid([x], 2, 3)", 'Mid("Harbour", [x], 3)', 'Mid("Harbour", 2, [x])'],
    notes: [
      "Where the piece would run past the end, the rest is given.",
      "A start outside the text (below 1 or behind the last character) and a negative length give the whole text. Entra's documentation is silent about these.",
      "Characters are counted as .NET counts them: most emoji count as two. Half of one is dropped.",
    ],
    examples: [
      { expression: "Mid([employeeId], 3, 5)", attributes: { employeeId: "SH10001" }, gives: { value: "10001" } },
      {
        expression: "Mid([employeeId], 3, 5)",
        attributes: { employeeId: "SH42" },
        gives: { value: "42" },
        note: "shorter than asked for",
      },
      {
        expression: "Mid([employeeId], 3, 5)",
        attributes: { employeeId: "SH" },
        gives: { value: "SH" },
        note: "start is behind the end: the whole text",
      },
      {
        expression: 'Mid([userPrincipalName], 1, InStr([userPrincipalName], "@"))',
        attributes: { userPrincipalName: "ada.berg@contoso.example" },
        gives: { value: "ada.berg@" },
        note: "a length that is computed",
      },
      { expression: 'Mid("Harbour", 0, 3)', gives: { value: "Harbour" }, note: "positions count from 1" },
    ],
    seeAlso: ["Left", "Word", "InStr"],
  },
  Word: {
    summary: "Gives one of the words of a text.",
    result: "text",
    parameters: {
      String: "the text that holds the words",
      WordNumber: "which word, counted from 1",
      delimiters: "the characters that separate words; each of them does so by itself",
    },
    nulls:
      "A null or empty text has no words: the result is an empty text. Without delimiters the whole text is one word. A null number gives an empty text, an empty text in its place is an error.",
    emptied: ['Word([x], 1, " ")', 'Word("Ada Berg", [x], " ")', 'Word("Ada Berg", 1, [x])'],
    notes: [
      "A word that does not exist is an empty text, not null and not an error.",
      "Delimiters in a row count as one, so there are no empty words.",
      "A text without any of the delimiters is one word: asked for the first word, it is given whole.",
      "Words are counted from the front only; the last word needs Replace with a pattern such as `^.* `.",
    ],
    examples: [
      {
        expression: 'Word([userPrincipalName], 1, "@")',
        attributes: { userPrincipalName: "zoe.gueradel@sundhaven.example" },
        gives: { value: "zoe.gueradel" },
      },
      {
        expression: 'Word([userPrincipalName], 1, "@")',
        attributes: { userPrincipalName: "zoe.gueradel" },
        gives: { value: "zoe.gueradel" },
        note: "no delimiter: one word",
      },
      {
        expression: 'Word([displayName], 2, ", ")',
        attributes: { displayName: "Vårdal, Øystein" },
        gives: { value: "Øystein" },
        note: "the comma and the space separate, each by itself, and together count as one",
      },
      {
        expression: 'Word([displayName], 2, ", ")',
        attributes: { displayName: "Suhartini" },
        gives: { value: "" },
        note: "there is no second word",
      },
      {
        expression: 'Replace([displayName], , "^.* ", , "", , )',
        attributes: { displayName: "Harriet Ashdown" },
        gives: { value: "Ashdown" },
        note: "the last word",
      },
      { expression: 'Word("a;b,c", 3, ",;")', gives: { value: "c" } },
      { expression: 'Word("a,,b", 2, ",")', gives: { value: "b" }, note: "no empty word between the commas" },
    ],
    seeAlso: ["Split", "Left", "Mid", "Replace"],
  },
  Split: {
    summary: "Cuts a text into a list, wherever a delimiter stands.",
    result: "list of texts",
    parameters: { source: "the text to cut", delimiter: "the text that separates two values" },
    nulls:
      "A null text gives null. An empty text gives a list that holds one empty text. A null delimiter gives null, an empty one is an error.",
    emptied: ['Split([x], ",")', 'Split("a,b", [x])'],
    notes: [
      "Values are not trimmed. Entra's documentation prints an example without the spaces that its input has; here they stay.",
      "The delimiter may have several characters; it is taken as a whole.",
      "Two delimiters in a row have an empty value between them. A delimiter at the beginning or the end has one beside it.",
    ],
    examples: [
      {
        expression: 'Split([extensionAttribute5], ";")',
        attributes: { extensionAttribute5: "Viewer;Auditor" },
        gives: { value: ["Viewer", "Auditor"] },
      },
      {
        expression: 'Split([extensionAttribute5], ";")',
        attributes: { extensionAttribute5: "Viewer" },
        gives: { value: ["Viewer"] },
        note: "a list all the same",
      },
      {
        expression: 'Split([extensionAttribute5], ";")',
        attributes: { extensionAttribute5: "Viewer;" },
        gives: { value: ["Viewer", ""] },
        note: "an empty value at the end",
      },
      {
        expression: 'Split("Viewer, Auditor", ",")',
        gives: { value: ["Viewer", " Auditor"] },
        note: "the space stays",
      },
      { expression: 'Split("Viewer, Auditor", ", ")', gives: { value: ["Viewer", "Auditor"] } },
    ],
    seeAlso: ["Join", "Item", "Word", "RemoveDuplicates"],
  },
  StripSpaces: {
    summary: "Takes every space out of a text.",
    result: "text",
    parameters: { source: "the text to take the spaces from" },
    nulls: "Null gives null, an empty text gives an empty text.",
    emptied: ["StripSpaces([x])"],
    notes: [
      "Only the ordinary space goes. Tabs, line breaks and no-break spaces stay; Replace with the pattern `\\s` takes all of them.",
      "Spaces within the text go too. To trim only its ends, use Replace with a pattern.",
    ],
    examples: [
      {
        expression: "StripSpaces([telephoneNumber])",
        attributes: { telephoneNumber: "+44 20 7946 0100" },
        gives: { value: "+442079460100" },
      },
      {
        expression: "StripSpaces([telephoneNumber])",
        attributes: { telephoneNumber: "+44\t20 7946 0100" },
        gives: { value: "+44\t2079460100" },
        note: "the tab stays",
      },
      {
        expression: String.raw`Replace([displayName], , "^\\s+|\\s+$", , "", , )`,
        attributes: { displayName: "  Ada Berg " },
        gives: { value: "Ada Berg" },
        note: "trims the ends only",
      },
    ],
    seeAlso: ["Replace"],
  },
  InStr: {
    summary: "Gives the position of one text inside another.",
    result: "whole number",
    parameters: {
      value1: "the text to search",
      value2: "the text to look for",
      start: "the position to begin at; 1 when left out",
      compareType:
        "the bare word `vbTextCompare`, which ignores case, or `vbBinaryCompare`, which does not; the latter when left out",
    },
    nulls:
      "A null or empty text to search gives 0. Null or empty as the text to look for is found where the search begins. A null start counts as 1, an empty text in its place is an error.",
    emptied: ['InStr([x], "@")', 'InStr("ada@contoso.example", [x])', 'InStr("ada@contoso.example", "a", [x])'],
    notes: [
      "Positions count from 1, and from the beginning of the text even when the search begins later. 0 means not found.",
      "`compareType` is written without quotes. Entra's documentation does not name a default; here case counts unless you say otherwise.",
    ],
    examples: [
      { expression: 'InStr([mail], "@")', attributes: { mail: "ada@contoso.example" }, gives: { value: 4 } },
      { expression: 'InStr([mail], "@")', attributes: { mail: null }, gives: { value: 0 }, note: "not found" },
      {
        expression: 'IIF(InStr([jobTitle], "lead", 1, vbTextCompare) > 0, "Lead", "Member")',
        attributes: { jobTitle: "Network Team Lead" },
        gives: { value: "Lead" },
      },
      {
        expression: 'IIF(InStr([jobTitle], "lead", 1, vbTextCompare) > 0, "Lead", "Member")',
        attributes: { jobTitle: "WAN Specialist" },
        gives: { value: "Member" },
      },
      { expression: 'InStr("Harbour", "h")', gives: { value: 0 }, note: "case counts" },
      { expression: 'InStr("Harbour", "r", 4)', gives: { value: 7 }, note: "counted from the beginning" },
      { expression: 'InStr("Harbour", "r", 0)', gives: { error: "InStr counts from 1; start is 0." } },
    ],
    seeAlso: ["Mid", "Word", "IIF"],
  },
  CStr: {
    summary: "Turns a number, a Boolean or a date into text.",
    result: "text",
    parameters: { value: "the value to write as text" },
    nulls: "Null gives null, an empty text gives an empty text. A list without values counts as null.",
    emptied: ["CStr([x])"],
    notes: [
      "Booleans become `True` and `False`, dates `M/d/yyyy h:mm:ss tt` in UTC, numbers their digits.",
      "Functions that take a text convert by themselves. CStr is for where nothing else converts: IsString, for example.",
      "A list of one value counts as that value; a longer one is an error.",
    ],
    examples: [
      { expression: "CStr([accountEnabled])", attributes: { accountEnabled: true }, gives: { value: "True" } },
      { expression: "CStr([accountEnabled])", attributes: { accountEnabled: false }, gives: { value: "False" } },
      { expression: 'CStr(CDate("2025-03-04"))', gives: { value: "3/4/2025 12:00:00 AM" } },
      { expression: 'CStr(DateDiff("d", "2025-03-01", "2025-03-04"))', gives: { value: "3" } },
      {
        expression: "CStr([otherMails])",
        attributes: { otherMails: ["a@contoso.example", "b@contoso.example"] },
        gives: { error: "CStr takes a single value as value; pick one with Item or put them together with Join." },
      },
    ],
    seeAlso: ["CBool", "CDate", "FormatDateTime"],
  },
  Redact: {
    summary: "Hands a value through unchanged, and keeps it out of the logs.",
    result: "the value itself",
    parameters: { value: "the value to hide: an attribute, a constant or a call" },
    nulls: "Null and empty values are handed through, and hidden like any other.",
    emptied: ["Redact([x])"],
    notes: [
      "The account gets the value; the provisioning log shows `[Redact]` in its place.",
      "One Redact hides the whole result of the expression, including what was put together with the value.",
      "What it covers counts as secret in every branch, chosen or not: the attribute is hidden wherever the mapping reads it, and so is the target attribute in the logs of a cycle.",
      "An error whose sentence might quote the hidden value says only which kind of error it is.",
    ],
    examples: [
      {
        expression: "Redact([extensionAttribute7])",
        attributes: { extensionAttribute7: "SH-7731" },
        gives: { value: "SH-7731", log: "[Redact]" },
      },
      {
        expression: 'Append("badge ", Redact([extensionAttribute7]))',
        attributes: { extensionAttribute7: "SH-7731" },
        gives: { value: "badge SH-7731", log: "[Redact]" },
        note: "the whole result is hidden",
      },
      {
        expression: 'IIF([department] = "Legal", Redact([mobile]), [telephoneNumber])',
        attributes: { department: "Finance", mobile: "+44 7700 900104", telephoneNumber: "+44 20 7946 0104" },
        gives: { value: "+44 20 7946 0104" },
        note: "the other branch was taken: nothing is hidden",
      },
      {
        expression: "Redact(CDate([extensionAttribute7]))",
        attributes: { extensionAttribute7: "SH-7731" },
        gives: {
          error:
            "The expression has no value for this object (not-a-date); the details stay out of sight because it calls Redact.",
        },
      },
    ],
    seeAlso: ["RandomString"],
  },
};

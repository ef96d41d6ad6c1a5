import type { HelpByName } from "./entry.ts";

export const REPLACE_HELP: HelpByName = {
  Replace: {
    summary: "Replaces parts of a text: a fixed text, or what a pattern finds.",
    result: "text",
    parameters: {
      source: "the text to change",
      oldValue: "the text to look for, character by character",
      regexPattern: "the pattern to look for, a .NET regular expression",
      regexGroupName: "the name of a group of the pattern; only what this group matched is replaced or taken",
      replacementValue: `what comes in its place; \`""\` deletes. With a pattern, \`\${name}\` and \`$1\` insert what a group matched`,
      replacementAttributeName: "another attribute, to take the group from when source has no value",
      template: "a text in which every oldValue becomes source",
    },
    nulls:
      "A null source gives null, and an empty one is searched like any text; with `replacementAttributeName`, both make it look there instead. A null or empty `oldValue` changes nothing. A null replacement deletes, as an empty one does. A null pattern counts as an empty pattern, which matches before and after every character.",
    emptied: [
      'Replace([x], "a", , , "o", , )',
      'Replace("Ada", [x], , , "o", , )',
      'Replace("Ada", "a", , , [x], , )',
      'Replace("Ada", , [x], , "-", , )',
      'Replace("Ada", , "(?<last>.)$", [x], "e", , )',
      'Replace([x], , "^(?<name>.*)@", "name", , "ada@contoso.example", )',
      'Replace("", , "^(?<name>.*)@", "name", , [x], )',
      'Replace("Ada", "%", , , , , [x])',
    ],
    notes: [
      "Which optional arguments are filled decides what happens. Any other combination is refused when the expression is saved.",
      "`oldValue` + `replacementValue`: every oldValue in source becomes replacementValue.",
      "`oldValue` + `template`: every oldValue in template becomes source. The result is the template, filled in.",
      "`regexPattern` + `replacementValue`: everything that the pattern matches becomes replacementValue.",
      "`regexPattern` + `regexGroupName` + `replacementValue`: within each match, only what the group matched is replaced.",
      "`regexPattern` + `regexGroupName` + `replacementAttributeName`: source if it has a value, else what the group matched in the other attribute. Where the pattern finds nothing there, the source stays null or empty.",
      "Leave the places between empty, but write their commas. Empty places at the end may be left off.",
      "Case counts. A pattern that begins with `(?i)` ignores it.",
      'A backslash is written twice: the pattern `\\d+` is the constant `"\\\\d+"`.',
      "In a replacement for a pattern, `$$` is a dollar sign.",
      "Patterns are matched in a time that grows with the text only. What would break that is refused with a hint: look-ahead and look-behind, back-references (`\\1`), atomic groups, more than 1,000 repeats, patterns of more than 2,000 characters.",
      "`\\b` and `\\B` are refused for a text with letters outside ASCII, since .NET and the matcher here would not agree.",
    ],
    examples: [
      {
        expression: 'Replace([mail], "@kestrel-freight.example", , , "@sundhaven.example", , )',
        attributes: { mail: "goetz.groessler@kestrel-freight.example" },
        gives: { value: "goetz.groessler@sundhaven.example" },
        note: "fixed text",
      },
      {
        expression: 'Replace([mail], "@kestrel-freight.example", , , "@sundhaven.example", , )',
        attributes: { mail: "ada@contoso.example" },
        gives: { value: "ada@contoso.example" },
        note: "nothing to replace: unchanged",
      },
      {
        expression: 'Replace([mailNickname], "%", , , , , "smtp:%@sundhaven.example")',
        attributes: { mailNickname: "harriet.ashdown" },
        gives: { value: "smtp:harriet.ashdown@sundhaven.example" },
        note: "template",
      },
      {
        expression: String.raw`Replace([telephoneNumber], , "[\\s()/-]+", , "", , )`,
        attributes: { telephoneNumber: "+44 (20) 7946-0100" },
        gives: { value: "+442079460100" },
        note: "pattern, deleted",
      },
      {
        expression: `Replace([displayName], , "^(?<last>[^,]+), (?<first>.+)$", , "\${first} \${last}", , )`,
        attributes: { displayName: "Größler, Götz" },
        gives: { value: "Götz Größler" },
        note: "pattern, groups put in again",
      },
      {
        expression: `Replace([displayName], , "^(?<last>[^,]+), (?<first>.+)$", , "\${first} \${last}", , )`,
        attributes: { displayName: "Götz Größler" },
        gives: { value: "Götz Größler" },
        note: "no match: unchanged",
      },
      {
        expression: 'Replace([userPrincipalName], , "@(?<domain>.+)$", "domain", "contoso.example", , )',
        attributes: { userPrincipalName: "ada.berg@sundhaven.example" },
        gives: { value: "ada.berg@contoso.example" },
        note: "only the group is replaced; the @ stays",
      },
      {
        expression: 'Replace([mailNickname], , "^(?<name>[^@]+)@", "name", , [userPrincipalName], )',
        attributes: { mailNickname: null, userPrincipalName: "ada.berg@contoso.example" },
        gives: { value: "ada.berg" },
        note: "source has no value: taken from the other attribute",
      },
      {
        expression: 'Replace([mailNickname], , "^(?<name>[^@]+)@", "name", , [userPrincipalName], )',
        attributes: { mailNickname: "aberg", userPrincipalName: "ada.berg@contoso.example" },
        gives: { value: "aberg" },
      },
      {
        expression: 'Replace([mail], "@")',
        gives: {
          error:
            "Line 1, column 1: Replace is given oldValue, which does not say what to replace with what; give one of: oldValue + replacementValue; oldValue + template; regexPattern + replacementValue; regexPattern + regexGroupName + replacementValue; regexPattern + regexGroupName + replacementAttributeName.",
        },
      },
      {
        expression: 'Replace([mail], , "@(?=contoso)", , "-", , )',
        gives: {
          error:
            "Line 1, column 19: The pattern uses a look-ahead or look-behind, which is not supported here; capture the part in a named group instead.",
        },
      },
    ],
    seeAlso: ["StripSpaces", "Word", "Switch"],
  },
};

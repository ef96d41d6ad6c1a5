import type { HelpByName } from "./entry.ts";

export const CONDITIONS_HELP: HelpByName = {
  IIF: {
    summary: "Chooses between two values by a condition.",
    result: "the chosen value",
    parameters: {
      condition: 'a comparison such as `[country] = "Norway"`, or something that is true or false',
      valueIfTrue: "what it gives when the condition holds",
      valueIfFalse: "what it gives when the condition does not hold",
    },
    nulls:
      "A null or empty condition does not hold. Nor does a comparison with a null or empty attribute, whatever its operator: `<>` too leads to valueIfFalse.",
    emptied: ['IIF([x], "yes", "no")', 'IIF("True", [x], "no")', 'IIF("False", "yes", [x])'],
    notes: [
      "The condition may be a comparison (`=`, `<>`, `<`, `<=`, `>`, `>=`), a function such as IsPresent, a Boolean, the text `True` or `False` in any case, or a number (0 is false).",
      "Only the branch that is chosen is evaluated. An error in the other one does no harm.",
      "There is no AND and no OR. For AND, put a second IIF into valueIfTrue; for OR, into valueIfFalse.",
      'A comparison with `""` never holds for an empty attribute. Use IsNullOrEmpty, or Switch with the key `""`.',
      "Entra's documentation calls IsNullOrEmpty and IsPresent in the condition unsupported. Here they work.",
    ],
    examples: [
      {
        expression: 'IIF([country] = "Norway", "NO", "other")',
        attributes: { country: "Norway" },
        gives: { value: "NO" },
      },
      {
        expression: 'IIF([country] = "Norway", "NO", "other")',
        attributes: { country: "norway" },
        gives: { value: "other" },
        note: "case counts",
      },
      {
        expression: 'IIF([country] <> "Norway", "abroad", "at home")',
        attributes: { country: "Japan" },
        gives: { value: "abroad" },
      },
      {
        expression: 'IIF([country] <> "Norway", "abroad", "at home")',
        attributes: { country: null },
        gives: { value: "at home" },
        note: "no comparison holds for null",
      },
      {
        expression: 'IIF([mobile] = "", "none", [mobile])',
        attributes: { mobile: "" },
        gives: { value: "" },
        note: "never holds; the next one does it",
      },
      {
        expression: 'IIF(IsNullOrEmpty([mobile]), "none", [mobile])',
        attributes: { mobile: "" },
        gives: { value: "none" },
      },
      {
        expression: 'IIF([department] = "Finance", IIF([country] = "Norway", "yes", "no"), "no")',
        attributes: { department: "Finance", country: "Norway" },
        gives: { value: "yes" },
        note: "AND: both conditions hold",
      },
      {
        expression: 'IIF([department] = "Finance", IIF([country] = "Norway", "yes", "no"), "no")',
        attributes: { department: "Finance", country: "Japan" },
        gives: { value: "no" },
      },
      {
        expression: 'IIF(DateDiff("d", Now(), [extensionAttribute1]) <= 30, "ends soon", "")',
        attributes: { extensionAttribute1: "2026-03-20" },
        now: "2026-03-04T09:30:00Z",
        gives: { value: "ends soon" },
        note: "numbers compare as numbers",
      },
    ],
    seeAlso: ["Switch", "Coalesce", "IsNullOrEmpty", "CBool"],
  },
  Switch: {
    summary: "Looks a value up among keys, and gives what stands beside the key.",
    result: "the chosen value",
    parameters: {
      source: "the value to look up",
      defaultValue: "what it gives when no key is equal; null when left out",
      switchValue: "a key and then its value, as often as needed",
    },
    nulls:
      'A null source and an empty one both match the key `""`; without such a key they give the default. A key that is null never matches.',
    emptied: [
      'Switch([x], "other", "k", "v")',
      'Switch([x], "other", "", "v")',
      'Switch("q", [x], "k", "v")',
      'Switch("k", "other", [x], "v")',
      'Switch("k", "other", "k", [x])',
    ],
    notes: [
      "Keys are compared as text, and case counts. A Boolean such as `IsSoftDeleted` has the text `True` or `False`.",
      "The first key that is equal wins. Keys and values that are not needed are not evaluated.",
      'Leave the second place empty for no default: `Switch([a], , "k", "v")`. Do not forget the place: otherwise the first key becomes the default.',
      'With IsPresent, IsNull or IsNullOrEmpty as the source, the keys are `"True"` and `"False"`. The key `""` says the same more plainly.',
      "Do not use it on `manager`: map the reference directly.",
    ],
    examples: [
      {
        expression: 'Switch([IsSoftDeleted], , "False", "True", "True", "False")',
        attributes: { IsSoftDeleted: false },
        gives: { value: "True" },
        note: "the usual mapping of `active`",
      },
      {
        expression: 'Switch([IsSoftDeleted], , "False", "True", "True", "False")',
        attributes: { IsSoftDeleted: true },
        gives: { value: "False" },
      },
      {
        expression: 'Switch([country], "XX", "Norway", "NO", "Netherlands", "NL", "Poland", "PL")',
        attributes: { country: "Netherlands" },
        gives: { value: "NL" },
      },
      {
        expression: 'Switch([country], "XX", "Norway", "NO", "Netherlands", "NL", "Poland", "PL")',
        attributes: { country: "netherlands" },
        gives: { value: "XX" },
        note: "case counts",
      },
      {
        expression: 'Switch([country], "XX", "Norway", "NO", "Netherlands", "NL", "Poland", "PL")',
        attributes: { country: null },
        gives: { value: "XX" },
        note: 'no key `""`: the default',
      },
      {
        expression: 'Switch([companyName], [companyName], "", "Sundhaven Harbour Group")',
        attributes: { companyName: "Pilot Lines" },
        gives: { value: "Pilot Lines" },
        note: "the value itself, if there is one",
      },
      {
        expression: 'Switch([companyName], [companyName], "", "Sundhaven Harbour Group")',
        attributes: { companyName: "" },
        gives: { value: "Sundhaven Harbour Group" },
        note: "else a fallback, for null and for empty",
      },
      {
        expression: 'Switch([country], , "Norway", "NO")',
        attributes: { country: "Japan" },
        gives: { value: null },
        note: "no match and no default",
      },
      {
        expression: 'Switch([country], "Norway", "NO", "Poland", "PL")',
        gives: {
          error:
            "Line 1, column 45: Switch takes its keys and values in pairs after the default value; one of them has no partner.",
        },
        note: "the place of the default was forgotten",
      },
    ],
    seeAlso: ["IIF", "Coalesce", "ToLower"],
  },
  Coalesce: {
    summary: "Gives the first of its arguments that is not null.",
    result: "the first value that is there",
    parameters: { source1: "a value to try; the last one serves as a default" },
    nulls:
      "Null is passed over, an empty text and a list without values are not: they are given. If every argument is null, the result is null.",
    emptied: ['Coalesce([x], "fallback")', "Coalesce([y], [x])"],
    notes: [
      'Only null counts as missing, as Entra\'s functions page says. To pass over empty texts too, use `Switch([a], [a], "", [b])`.',
      "Join, Left, Mid and Word give an empty text for null, never null. Around them Coalesce never reaches its next argument.",
      "Arguments behind the one that is given are not evaluated.",
    ],
    examples: [
      {
        expression: 'Coalesce([mail], [userPrincipalName], "none")',
        attributes: { mail: null, userPrincipalName: "inigo.penalara@sundhaven.example" },
        gives: { value: "inigo.penalara@sundhaven.example" },
      },
      {
        expression: 'Coalesce([mail], [userPrincipalName], "none")',
        attributes: { mail: null, userPrincipalName: null },
        gives: { value: "none" },
      },
      {
        expression: 'Coalesce([mail], [userPrincipalName], "none")',
        attributes: { mail: "", userPrincipalName: "inigo.penalara@sundhaven.example" },
        gives: { value: "" },
        note: "empty is not null",
      },
      {
        expression: 'Switch([mail], [mail], "", [userPrincipalName])',
        attributes: { mail: "", userPrincipalName: "inigo.penalara@sundhaven.example" },
        gives: { value: "inigo.penalara@sundhaven.example" },
        note: "passes over empty texts too",
      },
      {
        expression: 'Coalesce(Word([mail], 2, "@"), "none")',
        attributes: { mail: null },
        gives: { value: "" },
        note: "Word is never null",
      },
    ],
    seeAlso: ["Switch", "IIF", "IgnoreFlowIfNullOrEmpty"],
  },
  IsNull: {
    summary: "Tells whether a value is null, that is, missing.",
    result: "True or False",
    parameters: { expression: "the value to look at" },
    nulls: "Null gives true. An empty text and a list without values are not null.",
    emptied: ["IsNull([x])"],
    notes: [
      "An empty cell of an imported file is null, not an empty text.",
      "Entra's documentation advises against it as the condition of IIF or the source of Switch. Here both work.",
    ],
    examples: [
      { expression: "IsNull([mobile])", attributes: { mobile: null }, gives: { value: true } },
      { expression: "IsNull([mobile])", attributes: { mobile: "" }, gives: { value: false }, note: "empty, not null" },
      { expression: "IsNull([mobile])", attributes: { mobile: "+44 7700 900100" }, gives: { value: false } },
    ],
    seeAlso: ["IsNullOrEmpty", "IsPresent", "Coalesce"],
  },
  IsNullOrEmpty: {
    summary: "Tells whether a value is null or empty.",
    result: "True or False",
    parameters: { expression: "the value to look at" },
    nulls: "Null, an empty text and a list without values all give true.",
    emptied: ["IsNullOrEmpty([x])"],
    notes: [
      "A text of spaces is not empty; StripSpaces makes it so.",
      "Entra's documentation calls it unsupported as the condition of IIF. Here it works.",
    ],
    examples: [
      { expression: "IsNullOrEmpty([mobile])", attributes: { mobile: null }, gives: { value: true } },
      { expression: "IsNullOrEmpty([mobile])", attributes: { mobile: "" }, gives: { value: true } },
      { expression: "IsNullOrEmpty([mobile])", attributes: { mobile: " " }, gives: { value: false }, note: "a space" },
      { expression: "IsNullOrEmpty(StripSpaces([mobile]))", attributes: { mobile: " " }, gives: { value: true } },
    ],
    seeAlso: ["IsPresent", "IsNull", "IIF"],
  },
  IsPresent: {
    summary: "Tells whether there is a value that is not empty.",
    result: "True or False",
    parameters: { expression: "the value to look at" },
    nulls: "Null, an empty text and a list without values all give false: it is the opposite of IsNullOrEmpty.",
    emptied: ["IsPresent([x])"],
    notes: [
      "Entra's documentation calls it unsupported as the condition of IIF and as the source of Switch. Here both work; as a source its texts are `True` and `False`.",
    ],
    examples: [
      {
        expression: "IIF(IsPresent([mobile]), [mobile], [telephoneNumber])",
        attributes: { mobile: "+44 7700 900100", telephoneNumber: "+44 20 7946 0100" },
        gives: { value: "+44 7700 900100" },
      },
      {
        expression: "IIF(IsPresent([mobile]), [mobile], [telephoneNumber])",
        attributes: { mobile: "", telephoneNumber: "+44 20 7946 0100" },
        gives: { value: "+44 20 7946 0100" },
      },
      { expression: "IsPresent([mobile])", attributes: { mobile: null }, gives: { value: false } },
      {
        expression: 'Switch(IsPresent([mail]), , "True", "mail", "False", "no mail")',
        attributes: { mail: null },
        gives: { value: "no mail" },
        note: "compared as text",
      },
    ],
    seeAlso: ["IsNullOrEmpty", "IsNull", "Switch"],
  },
  IsString: {
    summary: "Tells whether a value is a text.",
    result: "True or False",
    parameters: { expression: "the value to look at" },
    nulls: "Null gives false, an empty text gives true, a list gives false.",
    emptied: ["IsString([x])"],
    notes: [
      "A text of digits is a text. Numbers, Booleans and lists are not; dates count as text, since that is what they flow as.",
    ],
    examples: [
      { expression: "IsString([employeeId])", attributes: { employeeId: "10001" }, gives: { value: true } },
      { expression: "IsString([employeeId])", attributes: { employeeId: 10001 }, gives: { value: false } },
      { expression: "IsString([accountEnabled])", attributes: { accountEnabled: true }, gives: { value: false } },
      { expression: "IsString(CStr([accountEnabled]))", attributes: { accountEnabled: true }, gives: { value: true } },
    ],
    seeAlso: ["CStr", "IsPresent"],
  },
  Not: {
    summary: "Turns true into false, and everything else into true.",
    result: "True or False",
    parameters: { source: "a Boolean, or its text" },
    nulls: "Null and empty give true.",
    emptied: ["Not([x])"],
    notes: [
      "Only `True`, in any case, gives false. Anything else gives true, also a text such as `yes` and the number 1; put CBool around a number.",
    ],
    examples: [
      { expression: "Not([IsSoftDeleted])", attributes: { IsSoftDeleted: true }, gives: { value: false } },
      { expression: "Not([IsSoftDeleted])", attributes: { IsSoftDeleted: false }, gives: { value: true } },
      {
        expression: "Not([extensionAttribute1])",
        attributes: { extensionAttribute1: "TRUE" },
        gives: { value: false },
      },
      {
        expression: "Not([extensionAttribute1])",
        attributes: { extensionAttribute1: "yes" },
        gives: { value: true },
        note: "not the text True",
      },
      { expression: "Not(1)", gives: { value: true }, note: "1 is not the text True" },
      { expression: "Not(CBool(1))", gives: { value: false } },
    ],
    seeAlso: ["CBool", "IIF", "Switch"],
  },
  CBool: {
    summary: "Turns a value or a comparison into a Boolean.",
    result: "True or False",
    parameters: { expression: "a comparison, a number, or a text that says true or false" },
    nulls: "Null, an empty text and a list without values give false.",
    emptied: ["CBool([x])"],
    notes: [
      "0 is false, every other whole number is true, written as a number or as text.",
      "The texts `True` and `False` are read in any case. Others, such as `yes`, are an error.",
      "A comparison with a null or empty attribute is false, whatever its operator.",
    ],
    examples: [
      { expression: 'CBool([country] = "Norway")', attributes: { country: "Norway" }, gives: { value: true } },
      { expression: 'CBool([country] = "Norway")', attributes: { country: null }, gives: { value: false } },
      { expression: "CBool([extensionAttribute1])", attributes: { extensionAttribute1: "0" }, gives: { value: false } },
      {
        expression: "CBool([extensionAttribute1])",
        attributes: { extensionAttribute1: "true" },
        gives: { value: true },
      },
      {
        expression: "CBool([extensionAttribute1])",
        attributes: { extensionAttribute1: "yes" },
        gives: { error: 'CBool needs something true or false; "yes" is neither.' },
      },
      {
        expression: "CBool(BitAnd([extensionAttribute2], 2))",
        attributes: { extensionAttribute2: "514" },
        gives: { value: true },
        note: "the bit is set",
      },
    ],
    seeAlso: ["Not", "IIF", "BitAnd"],
  },
  BitAnd: {
    summary: "Gives the bits that two whole numbers have in common.",
    result: "whole number",
    parameters: { value1: "a whole number", value2: "a whole number, often a single bit such as 2 or `&H10`" },
    nulls: "Null in either place gives null, an empty text is an error.",
    emptied: ["BitAnd([x], 2)", "BitAnd(514, [x])"],
    notes: [
      "Numbers have 64 bits. `&H` begins a hexadecimal number: `&HF` is 15.",
      "Active Directory's `userAccountControl` has the bit 2 for a disabled account and the bit 65536 for a password that never expires. Here it must have come in as an extension attribute.",
    ],
    examples: [
      {
        expression: "BitAnd([extensionAttribute2], 2)",
        attributes: { extensionAttribute2: "514" },
        gives: { value: 2 },
        note: "512 + 2: disabled in Active Directory",
      },
      {
        expression: "BitAnd([extensionAttribute2], 2)",
        attributes: { extensionAttribute2: "512" },
        gives: { value: 0 },
      },
      {
        expression: 'IIF(BitAnd([extensionAttribute2], 2), "disabled", "enabled")',
        attributes: { extensionAttribute2: "514" },
        gives: { value: "disabled" },
        note: "0 is false, everything else true",
      },
      { expression: "BitAnd(&HF, &HF7)", gives: { value: 7 } },
      { expression: 'BitAnd("many", 2)', gives: { error: 'BitAnd takes a whole number as value1; "many" is none.' } },
    ],
    seeAlso: ["CBool", "IIF"],
  },
  IgnoreFlowIfNullOrEmpty: {
    summary: "Leaves the target attribute alone when there is no value.",
    result: "the value itself, or nothing flows",
    parameters: { expression: "the value to send on" },
    nulls: "For null, an empty text or a list without values, nothing flows: the account keeps what it has.",
    emptied: ["IgnoreFlowIfNullOrEmpty([x])"],
    notes: [
      "It matters for empty texts, which are sent otherwise. Null does not flow anyway, unless the mapping has a default value or clears the attribute.",
      "Nothing flows as soon as it is evaluated without a value, also within another function: Join and Coalesce around it do not help.",
      "The default value of the mapping is not used either.",
    ],
    examples: [
      {
        expression: "IgnoreFlowIfNullOrEmpty([department])",
        attributes: { department: "Finance" },
        gives: { value: "Finance" },
      },
      { expression: "IgnoreFlowIfNullOrEmpty([department])", attributes: { department: "" }, gives: { ignored: true } },
      {
        expression: 'IgnoreFlowIfNullOrEmpty(Join(" ", [givenName], [surname]))',
        attributes: { givenName: null, surname: null },
        gives: { ignored: true },
        note: "no empty name is sent",
      },
      {
        expression: 'Coalesce(IgnoreFlowIfNullOrEmpty([department]), "none")',
        attributes: { department: null },
        gives: { ignored: true },
        note: "the fallback is not reached",
      },
    ],
    seeAlso: ["IsNullOrEmpty", "Coalesce", "Switch"],
  },
};

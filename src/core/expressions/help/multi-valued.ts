import type { HelpByName } from "./entry.ts";

export const MULTI_VALUED_HELP: HelpByName = {
  Count: {
    summary: "Counts the values of a list.",
    result: "whole number",
    parameters: { attribute: "the list, or a single value" },
    nulls: "Null and a list without values give 0. An empty text is one value, and gives 1.",
    emptied: ["Count([x])"],
    examples: [
      {
        expression: "Count([otherMails])",
        attributes: { otherMails: ["ada@contoso.example", "ada.berg@sundhaven.example"] },
        gives: { value: 2 },
      },
      { expression: "Count([otherMails])", attributes: { otherMails: null }, gives: { value: 0 } },
      { expression: "Count([mail])", attributes: { mail: "ada@contoso.example" }, gives: { value: 1 } },
      {
        expression: 'IIF(Count([appRoleAssignments]) > 1, "several roles", "one role at most")',
        attributes: {
          appRoleAssignments: [{ value: "User", displayName: "User" }],
        },
        gives: { value: "one role at most" },
      },
    ],
    seeAlso: ["Item", "Split", "RemoveDuplicates"],
  },
  Item: {
    summary: "Gives one value of a list.",
    result: "a value of the list",
    parameters: { attribute: "the list", index: "which value, counted from 1" },
    nulls:
      "A null list gives null, but a list without values has no first value: that is an error. A null index gives null, an empty text in its place is an error.",
    emptied: ["Item([x], 1)", 'Item(Split("a,b", ","), [x])'],
    notes: [
      "The first value has the index 1. An index of 0, or one behind the last value, is an error; ask Count first where the list may be short.",
      "A directory does not promise in which order a multi-valued attribute comes.",
    ],
    examples: [
      {
        expression: "Item([otherMails], 1)",
        attributes: { otherMails: ["ada@contoso.example", "ada.berg@sundhaven.example"] },
        gives: { value: "ada@contoso.example" },
      },
      {
        expression: "Item([otherMails], 1)",
        attributes: { otherMails: [] },
        gives: {
          error: "Item counts from 1; index 1 is out of bounds, the attribute has 0 values.",
        },
      },
      {
        expression: 'IIF(Count([otherMails]) > 0, Item([otherMails], 1), "none")',
        attributes: { otherMails: [] },
        gives: { value: "none" },
        note: "the branch that would fail is not evaluated",
      },
      {
        expression: 'Item(Split([mail], "@"), 2)',
        attributes: { mail: "ada@contoso.example" },
        gives: { value: "contoso.example" },
        note: "the parts of a text",
      },
    ],
    seeAlso: ["Count", "Split", "Word"],
  },
  RemoveDuplicates: {
    summary: "Keeps each value of a list once.",
    result: "list",
    parameters: { attribute: "the list" },
    nulls: "Null gives null, a list without values stays one. A single value becomes a list of one.",
    emptied: ["RemoveDuplicates([x])"],
    notes: ["The first of equal values stays, and the order with it. Case counts."],
    examples: [
      {
        expression: "RemoveDuplicates([otherMails])",
        attributes: { otherMails: ["ada@contoso.example", "a.berg@contoso.example", "ada@contoso.example"] },
        gives: { value: ["ada@contoso.example", "a.berg@contoso.example"] },
      },
      {
        expression: "RemoveDuplicates([otherMails])",
        attributes: { otherMails: ["ada@contoso.example", "Ada@contoso.example"] },
        gives: { value: ["ada@contoso.example", "Ada@contoso.example"] },
        note: "case counts",
      },
      {
        expression: 'Join(";", RemoveDuplicates(Split(ToLower([extensionAttribute5]), ";")))',
        attributes: { extensionAttribute5: "Viewer;Auditor;viewer" },
        gives: { value: "viewer;auditor" },
        note: "a list within one text",
      },
    ],
    seeAlso: ["Split", "Join", "Count"],
  },
};

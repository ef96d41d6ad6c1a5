import type { HelpByName } from "./entry.ts";

const LOGIN = `SelectUniqueValue(
  Append([givenName], "@contoso.example"),
  Join("", Left([givenName], 1), ".", [surname], "@contoso.example"),
  Append([employeeId], "@contoso.example")
)`;

export const UNIQUENESS_HELP: HelpByName = {
  SelectUniqueValue: {
    summary: "Gives the first of several values that nobody in the target has yet.",
    result: "text",
    parameters: { rule1: "a value to try; at least two are needed" },
    nulls: "Rules that give null or an empty text are passed over. If all do, the result is null.",
    emptied: ['SelectUniqueValue([x], "spare")', "SelectUniqueValue([y], [x])"],
    notes: [
      "It must be the outermost function: put ToLower or NormalizeDiacritics into the rules.",
      "If every value is taken, that is an error, and the account is not made. End with a rule that is unique by nature, such as one with the employee number.",
      "Use it for attributes that flow at creation only, and not for matching attributes. Otherwise a person's own account could be in its way.",
      "In a cycle the target is asked for one rule's value after the other, just before the account is made; it must be able to search by the attribute. With `expression eval`, `taken` lists the values that count as taken.",
      "Rules behind the first free one are not evaluated.",
    ],
    examples: [
      {
        expression: LOGIN,
        attributes: { givenName: "Ada", surname: "Berg", employeeId: "SH10001" },
        gives: { value: "Ada@contoso.example" },
      },
      {
        expression: LOGIN,
        attributes: { givenName: "Ada", surname: "Berg", employeeId: "SH10001" },
        taken: ["Ada@contoso.example"],
        gives: { value: "A.Berg@contoso.example" },
        note: "there is another Ada",
      },
      {
        expression: LOGIN,
        attributes: { givenName: "Ada", surname: "Berg", employeeId: "SH10001" },
        taken: ["Ada@contoso.example", "A.Berg@contoso.example"],
        gives: { value: "SH10001@contoso.example" },
        note: "unique by nature",
      },
      {
        expression: LOGIN,
        attributes: { givenName: null, surname: "Berg", employeeId: "SH10001" },
        gives: { value: ".Berg@contoso.example" },
        note: "Append passed over, Left is empty but not null",
      },
      {
        expression: 'SelectUniqueValue("ada", "berg")',
        taken: ["ada", "berg"],
        gives: {
          error: "Every value that the rules of SelectUniqueValue give is taken in the target; add another rule.",
        },
      },
      {
        expression: 'ToLower(SelectUniqueValue("Ada", "Berg"))',
        gives: {
          error: "Line 1, column 9: SelectUniqueValue cannot stand inside another function; make it the outermost one.",
        },
      },
    ],
    seeAlso: ["NormalizeDiacritics", "Join", "Coalesce"],
  },
};

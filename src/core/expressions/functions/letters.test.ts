import { expect, test } from "vitest";
import { evaluateLine } from "../line.ts";

function resultOf(expression: string, attributes: object = {}): unknown {
  const answer = evaluateLine(
    { expression, attributes },
    { now: "2025-01-01T00:00:00Z", random: (count) => Uint8Array.from({ length: count }, (_, index) => index * 37) },
  );
  return "value" in answer ? answer.value : answer;
}

test.each([
  ['ToUpper("ßıﬁŉ")', "ßıﬁŉ"],
  ['ToUpper("ᾀᾗᾧᾳῃῳ")', "ᾈᾟᾯᾼῌῼ"],
  ['ToLower("ᾈᾟᾯᾼῌῼẞ")', "ᾀᾗᾧᾳῃῳß"],
  ['PCase("ǆep ĳssel ǇUDEVIT")', "ǅep Ĳssel ǈudevit"],
  ['ToLower("ΟΔΟΣ İ")', "οδοσ İ"],
  ['ToUpper("ıi", "tr-TR")', "Iİ"],
  ['ToLower("Iİ", "az")', "ıi"],
  ['ToUpper("𐐨")', "𐐀"],
  ['NormalizeDiacritics("ǿ œ œ̄ đ þ Ångström")', "oe œ oe đ þ Angstrom"],
  ['NormalizeDiacritics("ガ हिन्दी 한국")', "ガ हिन्दी 한국"],
  ['PCase("d\'ARTAGNAN  élan3b")', "D'Artagnan  Élan3b"],
  ['Left("a😀b", 2)', "a"],
  ['Mid("a😀b", 2, 2)', "😀"],
  ['Word("a,,b", 2, ",")', "b"],
  ['InStr("İi", "I", 1, vbTextCompare)', 2],
  ['ConvertToUTF8Hex("😀")', "F09F9880"],
  ['Split("a,b,", ",")', ["a", "b", ""]],
])("%s", (expression, expected) => {
  expect(resultOf(expression)).toEqual(expected);
});

test("random values come from the bytes that were drawn and from nothing else", () => {
  expect(resultOf("Guid()")).toBe("00254a6f-94b9-4e03-a84d-7297bce1062b");
  const password = resultOf('RandomString(12, 2, 2, 2, 2, "lI0O")');
  expect(password).toBe(resultOf('RandomString(12, 2, 2, 2, 2, "lI0O")'));
  expect(password).toMatch(/^[^lI0O]{12}$/);
  expect(resultOf('RandomString(1, 1, 0, 0, 0, "0123456789")')).toEqual({ error: expect.stringContaining("avoid") });
});

test("roles keep their own value and name", () => {
  const attributes = { appRoleAssignments: [{ id: "1", value: "adm", displayName: "Admin" }, "User"] };
  expect(resultOf("AppRoleAssignments([appRoleAssignments])", attributes)).toEqual(["adm", "User"]);
  expect(resultOf("SingleAppRoleAssignment([appRoleAssignments])", attributes)).toBe("adm");
  expect(resultOf("Item(AssertiveAppRoleAssignmentsComplex([appRoleAssignments]), 1)", attributes)).toEqual([
    { primary: false, type: "WindowsAzureActiveDirectoryRole", display: "Admin", value: "adm" },
  ]);
});

test.each([
  [null, 'A line must be a JSON object such as {"expression": "…", "attributes": {}}.'],
  [{}, 'The line\'s "expression" must be a text.'],
  [{ expression: "Now()", attributes: [] }, 'The line\'s "attributes" must be an object from names to values.'],
  [{ expression: "Now()", now: 1 }, 'The line\'s "now" must be an ISO 8601 text.'],
  [{ expression: "Now()", taken: "x" }, 'The line\'s "taken" must be a list of texts.'],
  [{ expression: "Now(" }, "Line 1, column 5: Now( is not closed; add the missing closing parenthesis."],
])("a line of another shape is answered with an error: %j", (line, error) => {
  expect(evaluateLine(line, { now: "2025-01-01", random: () => new Uint8Array(0) })).toEqual({ error });
});

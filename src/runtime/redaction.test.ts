import fc from "fast-check";
import { expect, test } from "vitest";
import { withoutSecrets } from "./redaction.ts";

const secret = "abcdefghijkl-MNOPQRSTUVWXYZ-0123456789";

test.each([
  [`token ${secret}.`, "token ***."],
  [`${secret}${secret}`, "******"],
  [`cut ${secret.slice(0, 20)}`, "cut ***"],
  [`…${secret.slice(-15)} was the end`, "…*** was the end"],
  [`${secret.slice(0, 12)} and ${secret.slice(-12)}`, "*** and ***"],
  // Less than that is like anything else.
  [secret.slice(0, 11), secret.slice(0, 11)],
  ["nothing of it", "nothing of it"],
])("a long secret is found by its beginning or its end: %j", (text, shown) => {
  expect(withoutSecrets(text, [secret])).toBe(shown);
});

test("a short secret is found whole, an empty one nowhere", () => {
  expect(withoutSecrets("pass pass1 pas", ["pass", ""])).toBe("*** ***1 pas");
});

test.each([
  ["whole", 0, undefined],
  ["without its end", 0, -3],
  ["without its beginning", 3, undefined],
])("a secret that is written in several forms is gone in each of them, %s", (_, from, to) => {
  const plain = "abcdefghijklmö-the-middle-of-it-ünopqrstuvwxyz";
  const forms = [encodeURIComponent(plain), plain, Buffer.from(plain).toString("base64")];
  for (const given of [forms, forms.toReversed()])
    for (const form of forms)
      expect(withoutSecrets(`I got ${form.slice(from, to)} there`, given)).toBe("I got *** there");
});

test("whatever stands around it, and however it repeats itself, nothing of a secret stays and it comes to an end", () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 20, maxLength: 40, unit: fc.constantFrom("a", "b", "*") }),
      fc.string(),
      fc.string(),
      (hidden, before, after) => {
        // Stars may stand for what was hidden, so a secret of stars is not looked for.
        if (hidden.includes("***")) return;
        expect(withoutSecrets(`${before}${hidden}${after}`, [hidden])).not.toContain(hidden);
      },
    ),
  );
});

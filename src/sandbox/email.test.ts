import { expect, test } from "vitest";
import { isEmail } from "./email.ts";

test.each([
  "a@b.example",
  "mira.okafor+test@contoso.example.com",
  "yuki.o'hara@x.example",
  "guest_mail.example#EXT#@contoso.example",
  "用户@例子.example",
  "इनपुट@उदाहरण.example",
  "ç@münchen.example",
])("%s is an e-mail address", (text) => {
  expect(isEmail(text)).toBe(true);
});

test.each([
  "",
  "a",
  "@x.example",
  "a@",
  "a@localhost",
  "a@x..example",
  "a@.example",
  "a@-x.example",
  "a@x.example.",
  ".a@x.example",
  "a.@x.example",
  "a..b@x.example",
  "a b@x.example",
  "a@b@x.example",
  "<a@x.example>",
  "a@x.example\n",
  `${"a".repeat(65)}@x.example`,
  `a@${"b".repeat(64)}.example`,
  `a@${"b.".repeat(130)}example`,
])("%j is none", (text) => {
  expect(isEmail(text)).toBe(false);
});

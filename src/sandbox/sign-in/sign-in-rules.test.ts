import { expect, test } from "vitest";
import { whyNotPassword } from "./password.ts";
import { waysToSignIn } from "./sign-in-rules.ts";

const page = "Login via ThousandEyes login page";
const sso = "Login via Single Sign-On";

test.each([
  ["the login page only", [page], ["password", "password", "none"]],
  ["both", [page, sso], ["password", "choice", "identity-provider"]],
  ["single sign-on only", [sso], ["none", "identity-provider", "identity-provider"]],
  ["neither", [], ["none", "none", "none"]],
])("who may use %s signs in, with single sign-on off, on and forced, so", (_, permissions, ways) => {
  const held = new Set(permissions);
  expect((["off", "on", "forced"] as const).map((setting) => waysToSignIn(held, setting))).toEqual(ways);
});

test.each(["Abcdefg1", "abcdefg-1", "ABCDEFG 1", "Straße42", "пароль-Я1", "Abcdefg!"])(
  "%s will do as a password",
  (text) => {
    expect(whyNotPassword(text)).toBeNull();
  },
);

test.each([
  ["Abcde-1", "at least 8"],
  ["😀😀😀a1A", "at least 8"],
  ["abcdefgh1", "three of these four"],
  ["abcdefgh", "three of these four"],
  ["ABCDEFGH1", "three of these four"],
  [`Aa1${"x".repeat(126)}`, "at most 128"],
])("%s will not do", (text, reason) => {
  expect(whyNotPassword(text)).toContain(reason);
});

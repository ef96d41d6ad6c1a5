import { expect, test } from "vitest";
import { addressKind, checkUrl } from "./index.ts";

test.each([
  ["127.0.0.1", "loopback"],
  ["127.9.9.9", "loopback"],
  ["::1", "loopback"],
  ["::ffff:127.0.0.1", "loopback"],
  ["10.0.0.1", "internal"],
  ["172.16.0.1", "internal"],
  ["172.31.255.255", "internal"],
  ["192.168.1.1", "internal"],
  ["169.254.169.254", "internal"],
  ["168.63.129.16", "internal"],
  ["100.100.100.200", "internal"],
  ["0.0.0.0", "internal"],
  ["255.255.255.255", "internal"],
  ["::", "internal"],
  ["::ffff:10.0.0.1", "internal"],
  ["::ffff:a9fe:a9fe", "internal"],
  ["64:ff9b::a00:1", "internal"],
  ["64:ff9b::808:808", "public"],
  ["fd00:ec2::254", "internal"],
  ["fe80::1%eth0", "internal"],
  ["ff02::1", "internal"],
  ["not an address", "internal"],
  ["172.32.0.1", "public"],
  ["8.8.8.8", "public"],
  ["::ffff:8.8.8.8", "public"],
  ["2606:4700::1111", "public"],
])("%s is %s", (address, kind) => {
  expect(addressKind(address)).toBe(kind);
});

test.each([
  ["https://api.example.com/v1", "ok"],
  ["http://api.example.com/v1", "InsecureUrl"],
  ["http://127.0.0.1:8401/scim", "ok"],
  ["http://localhost:8401/scim", "ok"],
  ["http://LOCALHOST./scim", "ok"],
  ["http://[::1]/scim", "ok"],
  ["http://0x7f.1/scim", "ok"],
  ["https://10.1.2.3/scim", "ForbiddenAddress"],
  ["https://3232235777/scim", "ForbiddenAddress"],
  ["https://[::ffff:10.0.0.1]/scim", "ForbiddenAddress"],
  ["https://169.254.169.254/latest", "ForbiddenAddress"],
  ["http://169.254.169.254/latest", "InsecureUrl"],
  ["https://name:word@api.example.com/", "InvalidUrl"],
  ["ftp://api.example.com/", "InvalidUrl"],
  ["file:///etc/hosts", "InvalidUrl"],
  ["api.example.com", "InvalidUrl"],
  ["", "InvalidUrl"],
])("%s is judged %s", (url, verdict) => {
  const checked = checkUrl(url, []);
  expect(checked.ok ? "ok" : checked.failure.code).toBe(verdict);
  if (!checked.ok) expect(checked.failure.sent).toBe(false);
});

test("an administrator may allow a literal address by name, but never plain http", () => {
  expect(checkUrl("https://10.1.2.3/scim", ["10.1.2.3"]).ok).toBe(true);
  expect(checkUrl("https://10.1.2.4/scim", ["10.1.2.3"]).ok).toBe(false);
  const insecure = checkUrl("http://10.1.2.3/scim", ["10.1.2.3"]);
  expect(insecure.ok ? "ok" : insecure.failure.code).toBe("InsecureUrl");
});

test("a refused address does not show the user name and password inside it", () => {
  const checked = checkUrl("https://name:word@api.example.com/", []);
  expect(checked.ok ? "" : checked.failure.message).not.toContain("word@");
});

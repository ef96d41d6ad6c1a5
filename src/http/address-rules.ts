import { BlockList, isIP } from "node:net";

/** What an IP address belongs to. `internal` is everything that is not the public internet and not this machine. */
export type AddressKind = "public" | "loopback" | "internal";

const listOf = (v4: readonly string[], v6: readonly string[]): BlockList => {
  const list = new BlockList();
  const add = (cidr: string, family: "ipv4" | "ipv6"): void => {
    const [net = "", bits] = cidr.split("/");
    list.addSubnet(net, Number(bits), family);
  };
  for (const cidr of v4) add(cidr, "ipv4");
  for (const cidr of v6) add(cidr, "ipv6");
  return list;
};

const loopback = listOf(["127.0.0.0/8"], ["::1/128"]);

/** Private, shared, link-local, reserved and multicast networks, and the clouds' metadata services. */
const internal = listOf(
  [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "168.63.129.16/32",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
  ],
  [
    "::/128",
    "64:ff9b:1::/48",
    "100::/64",
    "2001::/32",
    "2001:db8::/32",
    "2002::/16",
    "fc00::/7",
    "fe80::/10",
    "fec0::/10",
    "ff00::/8",
  ],
);

const nat64 = listOf([], ["64:ff9b::/96"]);
const mapped = listOf([], ["::ffff:0:0/96"]);

/** The IPv4 address in the last 32 bits, from the form that `URL` gives IPv6 addresses. */
const lastFour = (address: string): string => {
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [high = "0", low = "0"] = canonical.split(":").slice(-2);
  const bits = (Number.parseInt(high || "0", 16) << 16) | Number.parseInt(low || "0", 16);
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join(".");
};

/** What an IP address belongs to; addresses that carry an IPv4 address inside count as that one. Text that is no IP address counts as internal. */
export const addressKind = (address: string): AddressKind => {
  const bare = address.split("%", 1)[0] ?? "";
  const version = isIP(bare);
  if (version === 0) return "internal";
  const family = version === 4 ? "ipv4" : "ipv6";
  if (family === "ipv6" && (mapped.check(bare, family) || nat64.check(bare, family))) {
    return addressKind(lastFour(bare));
  }
  if (loopback.check(bare, family)) return "loopback";
  return internal.check(bare, family) ? "internal" : "public";
};

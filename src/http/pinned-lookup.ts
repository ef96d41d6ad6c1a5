import { type LookupAddress, lookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { addressKind } from "./address-rules.ts";
import { AddressRefusal } from "./http-failure.ts";
import { isAllowedHost, isLoopbackHost } from "./url-rules.ts";

/** Asks for all addresses of a name. Replaceable so that tests need no name server. */
export type ResolveName = (
  host: string,
  callback: (error: Error | null, addresses: readonly LookupAddress[]) => void,
) => void;

export const systemResolve: ResolveName = (host, callback) =>
  lookup(host, { all: true, verbatim: true }, (error, addresses) => callback(error, addresses ?? []));

const refusalOf = (host: string, addresses: readonly LookupAddress[], allowedHosts: readonly string[]) => {
  if (isAllowedHost(host, allowedHosts)) return undefined;
  const mayBeLoopback = isLoopbackHost(host);
  const bad = addresses.find(({ address }) => {
    const kind = addressKind(address);
    return mayBeLoopback ? kind !== "loopback" : kind !== "public";
  });
  return bad === undefined
    ? undefined
    : new AddressRefusal(
        `${host} leads to ${bad.address}, which is not on the public internet; allow the host by name if that is meant.`,
      );
};

/**
 * A lookup for sockets that hands out only addresses it has checked, so that no second question to DNS can give
 * another answer. One internal address among several refuses the name; a loopback name must lead to loopback.
 */
export const pinnedLookup =
  (allowedHosts: readonly string[], resolve: ResolveName): LookupFunction =>
  (name, options, callback) => {
    const host = name.toLowerCase().replace(/\.$/, "");
    resolve(host, (error, addresses) => {
      const failure = error ?? refusalOf(host, addresses, allowedHosts);
      if (failure !== undefined) return callback(failure, "", 4);
      if (options.all) return callback(null, [...addresses]);
      const [first] = addresses;
      if (first === undefined) {
        return callback(Object.assign(new Error(`${host} has no address`), { code: "ENOTFOUND" }), "", 4);
      }
      callback(null, first.address, first.family);
    });
  };

import { readFileSync } from "node:fs";
import { type HttpClientOptions, proxyRules } from "#http";
import { type Configuration, LockstepError, sentenceOf } from "#runtime";

/** How requests leave this machine. @throws Error when the proxy or the file of authorities cannot be used */
export const outgoingRules = (
  configuration: Configuration,
  say: (line: string) => void,
): Pick<HttpClientOptions, "allowedHosts" | "authorities" | "proxies"> => {
  const { HTTPS_PROXY, NO_PROXY, LOCKSTEP_CA_FILE, LOCKSTEP_ALLOWED_HOSTS: allowedHosts } = configuration;
  if ((HTTPS_PROXY ?? "") !== "")
    say("Requests to targets go through the proxy; what names lead to is for the proxy to check.");
  return {
    allowedHosts,
    authorities: LOCKSTEP_CA_FILE === undefined ? [] : [readAuthorities(LOCKSTEP_CA_FILE)],
    proxies: proxyRules(HTTPS_PROXY, NO_PROXY),
  };
};

const readAuthorities = (file: string): string => {
  try {
    const pem = readFileSync(file, "utf8");
    if (pem.includes("-----BEGIN CERTIFICATE-----")) return pem;
  } catch (error) {
    throw new LockstepError("AuthoritiesUnreadable", `LOCKSTEP_CA_FILE cannot be read: ${sentenceOf(error)}`, {
      cause: error,
    });
  }
  throw new LockstepError(
    "AuthoritiesUnreadable",
    `LOCKSTEP_CA_FILE names ${file}, which holds no certificate; give a file in PEM form, with BEGIN CERTIFICATE.`,
  );
};

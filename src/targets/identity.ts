const canonical = (baseUrl: string): URL | null => (URL.canParse(baseUrl) ? new URL(baseUrl) : null);

const suffix = (organisation: string | null): string => (organisation === null ? "" : `#${organisation}`);

/**
 * The name of the account store behind a base URL: scheme and host in lower case, no default port, no final slash, no
 * query. `organisation` tells stores apart that share an address; null where the target does not tell it.
 */
export const identityOf = (baseUrl: string, organisation: string | null = null): string => {
  const url = canonical(baseUrl);
  if (url === null) return `${baseUrl.trim()}${suffix(organisation)}`;
  const host = url.hostname.replace(/\.$/, "");
  const port = url.port === "" ? "" : `:${url.port}`;
  return `${url.protocol}//${host}${port}${url.pathname.replace(/\/+$/, "")}${suffix(organisation)}`;
};

/** The name of the rate budget that requests to a base URL count against: its host, and the organisation where it is known. */
export const budgetKey = (baseUrl: string, organisation: string | null = null): string =>
  `${canonical(baseUrl)?.host ?? baseUrl.trim()}${suffix(organisation)}`;

/** Words of the paths that are served, in the spelling that routes use. Graph compares them without case. */
const words = new Map(
  [
    "users groups manager members memberOf directReports directory deletedItems restore applicationTemplates instantiate",
    "servicePrincipals applications appRoleAssignedTo appRoleAssignments owners synchronization templates jobs start pause restart",
    "validateCredentials provisionOnDemand schema secrets directories filterOperators functions parseExpression auditLogs",
    "provisioning directoryAudits organization",
  ]
    .join(" ")
    .split(" ")
    .map((word) => [word.toLowerCase(), word]),
);

const types = new Map(["user", "group", "servicePrincipal", "application"].map((type) => [type.toLowerCase(), type]));

const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};

const encoded = (segment: string): string => encodeURIComponent(segment).replaceAll("%24", "$").replaceAll("%40", "@");

const unquoted = (text: string): string =>
  text.length >= 2 && text.startsWith("'") && text.endsWith("'") ? text.slice(1, -1).replaceAll("''", "'") : text;

/** The value of a key predicate: `'x'`, `x`, or of an alternate key `appId='x'`. */
const keyOf = (predicate: string): string => {
  const named = /^[A-Za-z]\w*=(.*)$/s.exec(predicate);
  return unquoted(named?.[1] ?? predicate);
};

const wordOf = (text: string): string => {
  const qualified = /^(?:microsoft\.)?graph\.(\w+)$/i.exec(text);
  if (qualified === null) return words.get(text.toLowerCase()) ?? (text.startsWith("$") ? text.toLowerCase() : text);
  const name = qualified[1] ?? "";
  const type = types.get(name.toLowerCase());
  return type === undefined ? (words.get(name.toLowerCase()) ?? name) : `microsoft.graph.${type}`;
};

/**
 * One spelling for all the ways in which OData lets a path be written: keys as segments or in parentheses, alternate keys,
 * operations bare or qualified, functions with or without `()`, trailing slashes, words in any case. Paths outside `/v1.0` and
 * `/beta` are left as they are. The answer is percent-encoded.
 */
export const normalisePath = (pathname: string): string => {
  const version = /^\/(v1\.0|beta)(?=\/|$)/i.exec(pathname)?.[1];
  if (version === undefined) return pathname.length > 1 ? pathname.replace(/\/+$/, "") : pathname;
  const rest = pathname.slice(version.length + 1);
  const segments = rest.split("/").filter((segment) => segment !== "");
  const result = segments.flatMap((segment) => {
    const text = decoded(segment);
    const call = /^([$\w.]+)\((.*)\)$/s.exec(text);
    if (call === null) return [encoded(wordOf(text))];
    const word = encoded(wordOf(call[1] ?? ""));
    const predicate = call[2] ?? "";
    return predicate === "" ? [word] : [word, encoded(keyOf(predicate))];
  });
  return `/${[version.toLowerCase(), ...result].join("/")}`;
};

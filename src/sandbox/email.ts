const forbidden = /[\s\p{Cc}\p{Cs}"(),:;<>[\]\\]/u;
const label = /^[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]*[\p{L}\p{N}\p{M}])?$/u;

/** True for `local@domain` with a dotted domain, letters of any script, at most 254 characters. */
export const isEmail = (text: string): boolean => {
  if (text.length > 254) return false;
  const at = text.lastIndexOf("@");
  const local = text.slice(0, at);
  const labels = text.slice(at + 1).split(".");
  if (at < 1 || local.length > 64 || local.includes("@") || forbidden.test(local)) return false;
  if (local.startsWith(".") || local.endsWith(".") || local.includes("..")) return false;
  return labels.length > 1 && labels.every((part) => part.length <= 63 && label.test(part));
};

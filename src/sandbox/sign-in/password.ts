import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

const shortest = 8;
const longest = 128;

const kinds = [/\p{Lu}/u, /\p{Ll}/u, /\p{Nd}/u, /[^\p{L}\p{N}]/u];

/** What is wrong with a new password, as a sentence; null when it will do. */
export const whyNotPassword = (password: string): string | null => {
  if ([...password].length < shortest) return `A password needs at least ${shortest} characters.`;
  if (password.length > longest) return `A password may have at most ${longest} characters.`;
  const present = kinds.filter((kind) => kind.test(password)).length;
  return present >= 3
    ? null
    : "A password needs characters of three of these four kinds: capital letters, small letters, digits, others.";
};

interface Cost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

const cost: Cost = { N: 2 ** 15, r: 8, p: 1 };
const length = 32;

const derive = (password: string, salt: Buffer, { N, r, p }: Cost): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(password.normalize("NFKC"), salt, length, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });

/** What is stored of a password: parameters, salt and key. */
export const hashPassword = async (password: string): Promise<string> => {
  const salt = randomBytes(16);
  const key = await derive(password, salt, cost);
  return ["scrypt", cost.N, cost.r, cost.p, salt.toString("base64url"), key.toString("base64url")].join("$");
};

const nobody = hashPassword("");

/** True when the password is the one that was stored. Null stands for nobody's, and takes as long to refuse. */
export const isPassword = async (password: string, stored: string | null): Promise<boolean> => {
  const [, N, r, p, salt = "", key = ""] = (stored ?? (await nobody)).split("$");
  const wanted = Buffer.from(key, "base64url");
  const given = await derive(password, Buffer.from(salt, "base64url"), { N: Number(N), r: Number(r), p: Number(p) });
  return timingSafeEqual(given, wanted) && stored !== null;
};

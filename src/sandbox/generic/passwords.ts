import { randomBytes, scrypt } from "node:crypto";

/** Work of one digest; a power of two. */
const cost = 2 ** 14;

/** A salted digest from which the password cannot be read. */
export const passwordDigest = (password: string): Promise<string> => {
  const salt = randomBytes(16);
  return new Promise((resolve, reject) => {
    scrypt(password.normalize("NFKC"), salt, 32, { N: cost }, (error, digest) => {
      if (error !== null) reject(error);
      else resolve(["scrypt", cost, salt.toString("base64url"), digest.toString("base64url")].join("$"));
    });
  });
};

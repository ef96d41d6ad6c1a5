import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StoreError } from "./errors.ts";

/** Keeps secrets unreadable at rest: AES-256-GCM under a key that is not in the database. */
export interface Sealer {
  /** @param place where the value is kept, for example `apps.secret/ID/SecretToken`: the sealed text opens at that place only */
  seal(secret: string, place: string): string;
  /** @throws StoreError `Sealed` when the text was sealed under another key or for another place */
  open(sealed: string, place: string): string;
}

/** @param key 32 bytes */
export const sealerOf = (key: Buffer): Sealer => {
  const id = keyIdOf(key);
  return {
    seal: (secret, place) => {
      const nonce = randomBytes(12);
      const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(Buffer.from(place));
      const body = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
      return [id, nonce.toString("base64url"), Buffer.concat([body, cipher.getAuthTag()]).toString("base64url")].join(
        ".",
      );
    },
    open: (sealed, place) => {
      const [keyId, nonce, body] = sealed.split(".");
      if (keyId !== id || nonce === undefined || body === undefined) {
        throw new StoreError(
          "Sealed",
          "A stored secret was sealed under another key. Start with the LOCKSTEP_KEY (or the key file) that was in use when it was saved, or save the secret again.",
          { facts: { place } },
        );
      }
      const bytes = Buffer.from(body, "base64url");
      try {
        const decipher = createDecipheriv("aes-256-gcm", key, Buffer.from(nonce, "base64url"))
          .setAAD(Buffer.from(place))
          .setAuthTag(bytes.subarray(-16));
        return Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]).toString("utf8");
      } catch (cause) {
        throw new StoreError("Sealed", "A stored secret does not open at this place. Save the secret again.", {
          facts: { place },
          cause,
        });
      }
    },
  };
};

const keyIdOf = (key: Buffer): string =>
  createHash("sha256").update("lockstep key id").update(key).digest("base64url").slice(0, 8);

/**
 * The key from the configuration (any text of 16 characters or more), else from the file `key` in the data folder, made at first use with mode 0600.
 * @param folder null (everything in memory) makes a key that lives as long as the process
 * @throws StoreError `WrongKey` when the configured text is too short or the file is damaged
 */
export const readKey = (configured: string | undefined, folder: string | null): Buffer => {
  if (configured !== undefined && configured !== "") {
    if (configured.length < 16)
      throw new StoreError("WrongKey", "LOCKSTEP_KEY is too short: give at least 16 characters.");
    return createHash("sha256").update(configured).digest();
  }
  if (folder === null) return randomBytes(32);
  const path = join(folder, "key");
  if (!existsSync(path)) {
    writeFileSync(path, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
    chmodSync(path, 0o600);
  }
  const key = Buffer.from(readFileSync(path, "utf8").trim(), "base64url");
  if (key.length !== 32)
    throw new StoreError(
      "WrongKey",
      `The key file ${path} is damaged. Put back the file that was made at first start.`,
    );
  return key;
};

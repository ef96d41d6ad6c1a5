import { randomBytes, randomUUID } from "node:crypto";

/** A fresh UUID v4: Graph clients expect identifiers that look like GUIDs. */
export const newId = (): string => randomUUID();

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** True for text that has a GUID's form, in either case. */
export const isGuid = (text: string): boolean => guid.test(text);

/** A secret for an `Authorization` header: `bytes` random bytes (32 unless told) in URL-safe base64. */
export const newToken = (bytes = 32): string => randomBytes(bytes).toString("base64url");

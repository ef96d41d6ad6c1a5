import { type Logger as PinoLogger, pino } from "pino";
import { maskedNames } from "./redaction.ts";

export type Logger = Pick<PinoLogger, "debug" | "info" | "warn" | "error" | "fatal" | "child">;

/**
 * The server's own log: one JSON object a line, on standard error or into a file.
 * @param level pino's level names; `silent` writes nothing
 */
export const openLog = (level: string, file?: string): Logger =>
  pino(
    { level, redact: { paths: maskedNames.flatMap((name) => [name, `*.${name}`]), censor: "***" } },
    pino.destination({ dest: file ?? 2, sync: true, mkdir: true }),
  );

export const silentLog: Logger = pino({ level: "silent" });

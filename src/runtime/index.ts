export { type Clock, systemClock } from "./clock.ts";
export { type Configuration, configurationSchema, readConfiguration } from "./configuration.ts";
export { codeOf, LockstepError, sentenceOf } from "./errors.ts";
export { isGuid, newId, newToken } from "./ids.ts";
export { issueWords } from "./issue-words.ts";
export { type Logger, openLog, silentLog } from "./logging.ts";
export { hidingValues, isMaskedName, mapTexts, mask, withoutSecrets } from "./redaction.ts";

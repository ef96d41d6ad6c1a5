export { type AddressKind, addressKind } from "./address-rules.ts";
export {
  type HttpClient,
  type HttpClientOptions,
  type HttpOutcome,
  type HttpRequest,
  type HttpResponse,
  openHttpClient,
} from "./client.ts";
export { type HttpFailure, type HttpFailureCode, type HttpHeaders, headerOf } from "./http-failure.ts";
export type { ResolveName } from "./pinned-lookup.ts";
export { type ProxyRules, proxyRules } from "./proxy-rules.ts";
export { type RateSample, readRateSample, readRetryAt } from "./rate-headers.ts";
export { readRetryAfter } from "./retry-after.ts";
export { type CheckedUrl, checkUrl } from "./url-rules.ts";

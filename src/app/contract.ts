import type { Progress } from "#engine";
import type { TargetCredentials } from "#targets";

export type { Examination, ExaminationProgress, ExaminationWishes, Leftovers } from "#targets";

/** A target that no app is connected to. */
export interface AddressToExamine {
  readonly baseUrl: string;
  readonly credentials: TargetCredentials;
  /** Data folder; journals lie elsewhere where it is missing. */
  readonly data: string;
  readonly signal: AbortSignal;
}

export interface StartOptions {
  /** Data folder; made when it is missing. */
  readonly data: string;
  /** Port to try first; 0 takes any free one. A taken port is replaced by the next free one, and said. */
  readonly port: number;
  readonly sandboxPort: number;
  /** Makes the sample organisation on the first run. */
  readonly sample: boolean;
  /** File of people to import on the first run in place of the sample. */
  readonly directory?: string;
  /** The process ends after the first cycle: nothing needs to be watched afterwards. */
  readonly once: boolean;
  /** Level of the server's own log; `silent` writes none. */
  readonly logLevel: string;
  /** Aborts the start: what was opened is closed, and `startServer` rejects. */
  readonly signal: AbortSignal;
}

/** Hears how a start goes on, for people. */
export interface StartReporter {
  /** One step, as a sentence. */
  say(line: string): void;
  progress(progress: Progress): void;
}

/** What the first cycle of this process came to. */
export interface OnceSummary {
  readonly inScope: number;
  readonly inStep: number;
  readonly created: number;
  readonly updated: number;
  readonly disabled: number;
  readonly deleted: number;
  readonly skipped: number;
  readonly failed: number;
  readonly held: number;
  readonly requests: number;
  readonly seconds: number;
}

export interface RunningServer {
  readonly url: string;
  /** File that holds the token of the command line. */
  readonly tokenFile: string;
  readonly data: string;
  readonly sandbox: RunningSandboxAddress | null;
  /** Settles when the first cycle of this process is over; null where there is no job to run or the server stopped before. */
  readonly firstCycle: Promise<OnceSummary | null>;
  /** Ends promptly and in order; resolves when the data folder is free again. */
  stop(): Promise<void>;
}

export interface RunningSandboxAddress {
  /** SCIM base address of the tenant. */
  readonly baseUrl: string;
  readonly token: string;
  /** Pages for people. */
  readonly web: string;
  /** Where its administrator signs in without a password, once and within a day. */
  readonly signInLink: string;
}

/** How a sandbox of the generic profile takes what clients send. */
export type SandboxMode = "strict" | "compat";

export interface SandboxOptions {
  /** Folder that keeps the tenant; null keeps it in memory only. */
  readonly data: string | null;
  readonly port: number;
  /** A tenant with ThousandEyes' rules, or a service of all that SCIM 2.0 has. */
  readonly profile: SandboxProfile;
}

export type SandboxProfile =
  /** Requests a minute. */
  | { readonly kind: "thousandeyes"; readonly rateLimit: number | "off" }
  /** A mode of null keeps the one that the tenant has; a public address of null is the one it listens on. */
  | { readonly kind: "generic"; readonly mode: SandboxMode | null; readonly publicUrl: string | null };

export interface RunningSandbox {
  /** SCIM base address of the tenant. */
  readonly baseUrl: string;
  readonly token: string;
  /** Page for people; null where the profile has none. */
  readonly web: string | null;
  /** Where its administrator signs in without a password, once and within a day; null where there is nobody to sign in. */
  readonly signInLink: string | null;
  /** How the tenant takes what clients send; null where the profile has no modes. */
  readonly mode: SandboxMode | null;
  stop(): Promise<void>;
}

import type { RunningSandbox, RunningServer, SandboxOptions, StartOptions, StartReporter } from "./contract.ts";

export type * from "./contract.ts";

export declare function startServer(options: StartOptions, report: StartReporter): Promise<RunningServer>;
export declare function startSandbox(options: SandboxOptions): Promise<RunningSandbox>;

/** As much of Express as SCIMMY's routers are put into. */
declare module "express" {
  import type { Server } from "node:http";

  namespace express {
    interface Request {
      header(name: string): string | undefined;
    }
    type Router = (request: Request, response: unknown, next: () => void) => void;
    interface Application {
      use(path: string, router: Router): void;
      listen(port: number, host: string): Server;
    }
  }
  const express: () => express.Application;

  export { express as default };
  export type Router = express.Router;
  export type Request = express.Request;
}

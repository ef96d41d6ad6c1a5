import type { ConnectionTest } from "#api/contract";
import { noStyle, type Style } from "./style.ts";
import { printable } from "./text.ts";

/** A connection test: whether it passed, what to do, and the exchange that shows it. */
export const connectionTestText = (test: ConnectionTest, style: Style = noStyle): string => {
  const code = test.code === null ? "" : ` (${printable(test.code)})`;
  const verdict = test.ok ? style.good("The connection test passed.") : style.bad(`The connection test failed${code}.`);
  const advice = test.advice.map((line) => `\n  - ${printable(line)}`).join("");
  return `${verdict} ${printable(test.message)}${advice}${test.exchange === null ? "" : `\n${exchangeText(test.exchange, style)}`}`;
};

type Exchange = NonNullable<ConnectionTest["exchange"]>;

const SHOWN_BODY = 600;

/** A request and its answer in a few lines. */
export const exchangeText = (exchange: Exchange, style: Style = noStyle): string => {
  const answer = exchange.status === null ? "no answer" : `${exchange.status}`;
  const head = `  ${exchange.method} ${printable(exchange.url)} → ${answer}, ${Math.round(exchange.milliseconds)} ms`;
  const body = (mark: string, content: string | null) =>
    content === null || content === ""
      ? ""
      : `\n    ${mark} ${printable(content.slice(0, SHOWN_BODY))}${content.length > SHOWN_BODY ? " …" : ""}`;
  return style.dim(`${head}${body(">", exchange.requestBody)}${body("<", exchange.responseBody)}`);
};

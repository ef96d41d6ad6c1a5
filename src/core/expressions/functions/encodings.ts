import { type EagerFunction, textAt } from "../definition.ts";
import { required } from "./parameters.ts";

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const convertToBase64: EagerFunction = {
  kind: "eager",
  name: "ConvertToBase64",
  parameters: [required("source")],
  result: "text",
  run: (values) => base64(utf16(textAt(values, 0))),
};

const convertToUtf8Hex: EagerFunction = {
  kind: "eager",
  name: "ConvertToUTF8Hex",
  parameters: [required("source")],
  result: "text",
  run: (values) =>
    Array.from(utf8(textAt(values, 0)), (byte) => byte.toString(16).toUpperCase().padStart(2, "0")).join(""),
};

/** Little-endian UTF-16. */
function utf16(text: string): number[] {
  const bytes: number[] = [];
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    bytes.push(unit & 0xff, unit >> 8);
  }
  return bytes;
}

function utf8(text: string): number[] {
  const bytes: number[] = [];
  for (const character of text.toWellFormed()) {
    const point = character.codePointAt(0)!;
    if (point < 0x80) bytes.push(point);
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), tail(point));
    else if (point < 0x10000) bytes.push(0xe0 | (point >> 12), tail(point >> 6), tail(point));
    else bytes.push(0xf0 | (point >> 18), tail(point >> 12), tail(point >> 6), tail(point));
  }
  return bytes;
}

function tail(bits: number): number {
  return 0x80 | (bits & 0x3f);
}

function base64(bytes: readonly number[]): string {
  let result = "";
  for (let index = 0; index < bytes.length; index += 3) {
    const [first = 0, second, third] = bytes.slice(index, index + 3);
    const bits = (first << 16) | ((second ?? 0) << 8) | (third ?? 0);
    result += BASE64[bits >> 18]! + BASE64[(bits >> 12) & 63]!;
    result +=
      (second === undefined ? "=" : BASE64[(bits >> 6) & 63]!) + (third === undefined ? "=" : BASE64[bits & 63]!);
  }
  return result;
}

export const ENCODING_FUNCTIONS = [convertToBase64, convertToUtf8Hex] as const;

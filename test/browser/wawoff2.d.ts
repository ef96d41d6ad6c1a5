declare module "wawoff2" {
  /** Turns woff2 into the font that it was made from. */
  export const decompress: (font: Uint8Array) => Promise<Uint8Array>;
}

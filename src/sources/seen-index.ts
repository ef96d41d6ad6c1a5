import { hash } from "node:crypto";

const ADDED = 0x8000_0000;
const FAILED = 0x4000_0000;
const LINE = 0x3fff_ffff;

/**
 * Which names a file has used, and on which line first. It keeps 64 bits of a digest for each name instead of the name: 12
 * bytes, whatever the length, so a file with a million rows costs some 24 MB and no strings.
 */
export class SeenIndex {
  #words = new Uint32Array(3 * 1024);
  #slots = 1024;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Notes a name. Answers 0 if it is new, else the line that had it first (which stays noted). Lines count from 1. */
  add(name: string, line: number): number {
    if (this.#size * 10 >= this.#slots * 6) this.#grow();
    const [high, low] = digest(name);
    const at = this.#slotOf(high, low);
    const before = this.#words[at + 2]! & LINE;
    if (before !== 0) return before;
    this.#words[at] = high;
    this.#words[at + 1] = low;
    this.#words[at + 2] = line & LINE;
    this.#size += 1;
    return 0;
  }

  /** The line that had the name first, or 0. */
  lineOf(name: string): number {
    return this.#word(name) & LINE;
  }

  has(name: string): boolean {
    return this.lineOf(name) !== 0;
  }

  markFailed(name: string): void {
    this.#mark(name, FAILED);
  }

  isFailed(name: string): boolean {
    return (this.#word(name) & FAILED) !== 0;
  }

  markAdded(name: string): void {
    this.#mark(name, ADDED);
  }

  isAdded(name: string): boolean {
    return (this.#word(name) & ADDED) !== 0;
  }

  #word(name: string): number {
    const [high, low] = digest(name);
    return this.#words[this.#slotOf(high, low) + 2]!;
  }

  #mark(name: string, flag: number): void {
    const [high, low] = digest(name);
    const at = this.#slotOf(high, low) + 2;
    if (this.#words[at] !== 0) this.#words[at]! |= flag;
  }

  #slotOf(high: number, low: number): number {
    let slot = low % this.#slots;
    for (;;) {
      const at = slot * 3;
      if (this.#words[at + 2] === 0 || (this.#words[at] === high && this.#words[at + 1] === low)) return at;
      slot = (slot + 1) % this.#slots;
    }
  }

  #grow(): void {
    const old = this.#words;
    this.#slots *= 2;
    this.#words = new Uint32Array(3 * this.#slots);
    for (let at = 0; at < old.length; at += 3) {
      if (old[at + 2] === 0) continue;
      this.#words.set(old.subarray(at, at + 3), this.#slotOf(old[at]!, old[at + 1]!));
    }
  }
}

function digest(name: string): [number, number] {
  const bytes = hash("sha1", name, "buffer");
  return [bytes.readUInt32BE(0), bytes.readUInt32BE(4)];
}

import { UserError } from "../errors.ts";
import { type ByteSource, readBytes } from "./byte_source.ts";
import { LongBytes, type PickleValue, ShortBytes, textOf, Tuple } from "./pickle_values.ts";

/** Bytes that stay in the file; shorter ones are read at once. */
const LONG_BYTES = 1 << 16;
/** Longest text and integer that is taken; nothing in a data set or a checkpoint comes near. */
const TEXT_LIMIT = 1 << 26;

/** What stands for the names that a pickle mentions. Nothing is imported or called; every function throws a UserError for the rest. */
export interface PickleDialect {
  /** What is read, for messages: "plain values and numpy arrays". */
  readonly accepts: string;
  /** What a name stands for. */
  known(module: string, name: string, where: string): PickleValue;
  /** What a call of a known name stands for. */
  apply(called: PickleValue, argument: PickleValue, where: string): PickleValue;
  /** Completes a value with its state. */
  build(target: PickleValue | undefined, state: PickleValue, where: string): void;
  /** What an id of something outside the pickle stands for; refused where it is absent. */
  persistent?(id: PickleValue, where: string): PickleValue;
}

/**
 * Reads one pickle of protocol 1 to 5 without running anything: opcodes that could import, call or construct are refused by name, but
 * for the names that the dialect knows.
 */
export class PickleReader {
  readonly #source: ByteSource;
  readonly #dialect: PickleDialect;
  readonly #memo = new Map<number, PickleValue>();
  readonly #marks: number[] = [];
  #stack: PickleValue[] = [];
  #at: number;

  constructor(
    source: ByteSource,
    { dialect, at = 0 }: { readonly dialect: PickleDialect; readonly at?: number },
  ) {
    this.#source = source;
    this.#dialect = dialect;
    this.#at = at;
  }

  /** The first byte that has not been read: what follows the pickle, after `read`. */
  get at(): number {
    return this.#at;
  }

  /** The pickled value. Throws a UserError that begins with the source's name and the place in it. */
  read(): PickleValue {
    try {
      while (true) {
        const opcode = this.#byte();
        if (opcode === 0x2e) return this.#pop(); // .
        this.#step(opcode);
      }
    } catch (error) {
      if (error instanceof RangeError) {
        throw new UserError(`${this.#where}: truncated or no pickle (${error.message})`);
      }
      throw error;
    }
  }

  get #where(): string {
    return `${this.#source.name}, byte ${this.#at}`;
  }

  #step(opcode: number): void {
    switch (String.fromCharCode(opcode)) {
      case "\x80": // protocol
        if (this.#byte() > 5) this.#fail("a newer protocol than 5");
        return;
      case "\x95": // frame
        this.#skip(8);
        return;
      case "(":
        this.#marks.push(this.#stack.length);
        return;
      case "0":
        this.#pop();
        return;
      case "N":
        return this.#push(null);
      case "\x88":
        return this.#push(true);
      case "\x89":
        return this.#push(false);
      case "J":
        return this.#push(this.#view(4).getInt32(0, true));
      case "K":
        return this.#push(this.#byte());
      case "M":
        return this.#push(this.#view(2).getUint16(0, true));
      case "I":
        return this.#push(this.#textInteger());
      case "L":
        return this.#push(this.#textInteger());
      case "\x8a":
        return this.#push(this.#long(this.#byte()));
      case "G":
        return this.#push(this.#view(8).getFloat64(0, false));
      case "F":
        return this.#push(Number(this.#line()));
      case "T":
      case "B":
        return this.#push(this.#bytes(this.#size(4)));
      case "U":
      case "C":
        return this.#push(this.#bytes(this.#byte()));
      case "\x8e":
      case "\x96": // a bytearray
        return this.#push(this.#bytes(this.#size(8)));
      case "X":
        return this.#push(this.#text(this.#size(4)));
      case "\x8c":
        return this.#push(this.#text(this.#byte()));
      case "\x8d":
        return this.#push(this.#text(this.#size(8)));
      case "]":
        return this.#push([]);
      case "a":
        this.#append([this.#pop()]);
        return;
      case "e":
        this.#append(this.#marked());
        return;
      case "l":
        return this.#push(this.#marked());
      case ")":
        return this.#push(new Tuple([]));
      case "t":
        return this.#push(new Tuple(this.#marked()));
      case "\x85":
      case "\x86":
      case "\x87":
        return this.#push(new Tuple(this.#popped(opcode - 0x84)));
      case "}":
        return this.#push(new Map());
      case "d":
        return this.#push(this.#fill(new Map(), this.#marked()));
      case "s":
        this.#fill(undefined, this.#popped(2));
        return;
      case "u":
        this.#fill(undefined, this.#marked());
        return;
      case "g":
        return this.#push(this.#remembered(Number(this.#line())));
      case "h":
        return this.#push(this.#remembered(this.#byte()));
      case "j":
        return this.#push(this.#remembered(this.#size(4)));
      case "p":
        return this.#remember(Number(this.#line()));
      case "q":
        return this.#remember(this.#byte());
      case "r":
        return this.#remember(this.#size(4));
      case "\x94":
        return this.#remember(this.#memo.size);
      case "c":
        return this.#push(this.#dialect.known(this.#line(), this.#line(), this.#where));
      case "\x93": {
        const [module, name] = this.#popped(2).map((value) => textOf(value));
        return this.#push(this.#dialect.known(module ?? "?", name ?? "?", this.#where));
      }
      case "R": {
        const [called = null, argument = null] = this.#popped(2);
        return this.#push(this.#dialect.apply(called, argument, this.#where));
      }
      case "b": {
        const state = this.#pop();
        return this.#dialect.build(this.#stack.at(-1), state, this.#where);
      }
    }
    const { persistent } = this.#dialect;
    if (opcode === 0x51 && persistent) { // Q
      return this.#push(persistent(this.#pop(), this.#where));
    }
    this.#refuse(opcode);
  }

  #refuse(opcode: number): never {
    const letter = String.fromCharCode(opcode);
    if (letter === "\x97" || letter === "\x98") {
      this.#fail("an array whose bytes were kept outside it");
    }
    const name = CALLING[letter];
    const code = `0x${opcode.toString(16).padStart(2, "0")}`;
    if (name === undefined) this.#fail(`the opcode ${code}, which is in none of those`);
    this.#fail(`${name} (${code}), which could run code`);
  }

  #fail(what: string): never {
    throw new UserError(
      `${this.#where}: the pickle holds ${what}: only ${this.#dialect.accepts} are read`,
    );
  }

  #push(value: PickleValue): void {
    this.#stack.push(value);
  }

  #pop(): PickleValue {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) this.#fail("no value where one is needed");
    return this.#stack.pop()!;
  }

  #popped(count: number): PickleValue[] {
    return Array.from({ length: count }, () => this.#pop()).reverse();
  }

  #marked(): PickleValue[] {
    const mark = this.#marks.pop();
    if (mark === undefined) this.#fail("the end of a list that did not begin");
    const items = this.#stack.slice(mark);
    this.#stack.length = mark;
    return items;
  }

  #append(items: readonly PickleValue[]): void {
    const list = this.#stack.at(-1);
    if (!Array.isArray(list)) this.#fail("items without a list");
    for (const item of items) list.push(item);
  }

  #fill(target: Map<string | number, PickleValue> | undefined, items: readonly PickleValue[]) {
    const dict = target ?? this.#stack.at(-1);
    if (!(dict instanceof Map) || items.length % 2 !== 0) this.#fail("items without a dictionary");
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i];
      const name = typeof key === "number" ? key : textOf(key);
      if (name === null) this.#fail("a dictionary with a key that is no text");
      dict.set(name, items[i + 1]!);
    }
    return dict;
  }

  #remember(place: number): void {
    if (this.#stack.length === 0) this.#fail("no value where one is needed");
    this.#memo.set(place, this.#stack.at(-1)!);
  }

  #remembered(place: number): PickleValue {
    const value = this.#memo.get(place);
    if (value === undefined) this.#fail("a reference to nothing");
    return value;
  }

  #skip(length: number): Uint8Array {
    const bytes = readBytes(this.#source, { at: this.#at, length });
    this.#at += length;
    return bytes;
  }

  #byte(): number {
    return this.#skip(1)[0]!;
  }

  #view(length: number): DataView {
    return new DataView(this.#skip(length).buffer);
  }

  #size(width: 4 | 8): number {
    const view = this.#view(width);
    const size = width === 4 ? view.getUint32(0, true) : Number(view.getBigUint64(0, true));
    if (!Number.isSafeInteger(size)) this.#fail("a length beyond any file");
    return size;
  }

  #bytes(length: number): ShortBytes | LongBytes {
    if (length < LONG_BYTES) return new ShortBytes(this.#skip(length));
    const range = { source: this.#source, at: this.#at, length };
    if (this.#at + length > this.#source.length) {
      throw new RangeError(
        `${length} bytes are announced, ${this.#source.length - this.#at} are there`,
      );
    }
    this.#at += length;
    return new LongBytes(range);
  }

  #text(length: number): string {
    if (length > TEXT_LIMIT) this.#fail(`a text of ${length} bytes`);
    return new TextDecoder().decode(this.#skip(length));
  }

  #line(): string {
    const bytes: number[] = [];
    for (let byte = this.#byte(); byte !== 0x0a; byte = this.#byte()) {
      if (bytes.push(byte) > 1000) this.#fail("a line without an end");
    }
    return String.fromCharCode(...bytes);
  }

  #textInteger(): number | boolean {
    const line = this.#line();
    if (line === "00" || line === "01") return line === "01"; // protocol 1 writes truth values so
    const value = Number(line.replace(/L$/, ""));
    if (!Number.isSafeInteger(value)) this.#fail(`the integer "${line}"`);
    return value;
  }

  /** Two's complement, little endian. */
  #long(length: number): number {
    if (length > 8) this.#fail(`an integer of ${length} bytes`);
    let value = 0n;
    const bytes = this.#skip(length);
    bytes.forEach((byte, i) => value |= BigInt(byte) << BigInt(8 * i));
    const number = Number(BigInt.asIntN(8 * length, value));
    if (!Number.isSafeInteger(number)) this.#fail("an integer beyond 2^53");
    return number;
  }
}

/** Opcodes that import, call or construct, by name, for the message. */
const CALLING: Readonly<Record<string, string>> = {
  i: "INST",
  o: "OBJ",
  "\x81": "NEWOBJ",
  "\x92": "NEWOBJ_EX",
  P: "PERSID",
  Q: "BINPERSID",
  "\x82": "EXT1",
  "\x83": "EXT2",
  "\x84": "EXT4",
};

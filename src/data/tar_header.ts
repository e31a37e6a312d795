/** The unit of a tar archive: headers are one long, and files are filled up to whole ones. */
export const BLOCK_BYTES = 512;

/** Whether a member of this type is a regular file. */
export function isPlainFile(type: string): boolean {
  return type === "0" || type === "\0";
}

/** Whether a member of this type is a folder or an extended header, which are skipped. Links and devices are neither. */
export function isPassedOver(type: string): boolean {
  return type === "5" || type === "x" || type === "g";
}

/** Name, length and type of a tar member. Throws an Error if the header is damaged. */
export function parseTarHeader(header: Uint8Array) {
  const text = (from: number, length: number) => {
    const field = header.subarray(from, from + length);
    const end = field.indexOf(0);
    return new TextDecoder().decode(end === -1 ? field : field.subarray(0, end));
  };
  const sum = header.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
  if (parseInt(text(148, 8), 8) !== sum) {
    throw new Error("A header does not match its check sum: it is damaged");
  }
  const prefix = text(257, 5) === "ustar" && header[262] === 0 ? text(345, 155) : "";
  const size = parseInt(text(124, 12).trim() || "0", 8);
  if (!Number.isSafeInteger(size) || size < 0) {
    throw new Error("A header has no readable size: it is damaged");
  }
  const name = prefix === "" ? text(0, 100) : `${prefix}/${text(0, 100)}`;
  return { name: name.replace(/^(\.\/)+/, ""), size, type: String.fromCharCode(header[156]!) };
}

/** Throws an Error for a name that would leave the directory. */
export function checkMemberName(name: string): void {
  const parts = name.split(/[/\\]/);
  if (name === "" || /^([/\\]|[A-Za-z]:)/.test(name) || parts.includes("..")) {
    throw new Error(`The name "${name}" would leave the directory`);
  }
}

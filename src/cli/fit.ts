/** Cuts text to a width in columns; what is left out shows as an ellipsis at the end. */
export function cutEnd(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** Cuts in the middle: for labels and paths, whose ends tell them apart. */
export function cutMiddle(text: string, width: number): string {
  if (text.length <= width) return text;
  const kept = Math.max(0, width - 1);
  const end = Math.floor(kept / 2);
  return `${text.slice(0, kept - end)}…${text.slice(text.length - end)}`;
}

/** As many of the parts, joined, as fit; at least the first, cut. */
export function joinFitting(parts: readonly string[], { separator, width }: {
  readonly separator: string;
  readonly width: number;
}): string {
  for (let count = parts.length; count > 1; count--) {
    const joined = parts.slice(0, count).join(separator);
    if (joined.length <= width) return joined;
  }
  return cutEnd(parts[0] ?? "", width);
}

/** As many whole entries of a list as fit, at least the first, and how many more there are. */
export function fitList(entries: readonly string[], { separator, width }: {
  readonly separator: string;
  readonly width: number;
}): string {
  for (let count = entries.length; count > 1; count--) {
    const rest = entries.length - count;
    const more = rest > 0 ? ` and ${rest} more` : "";
    const text = entries.slice(0, count).join(separator) + more;
    if (text.length <= width) return text;
  }
  const rest = entries.length - 1;
  return (entries[0] ?? "") + (rest > 0 ? ` and ${rest} more` : "");
}

/** Breaks text at spaces into lines of a width, each behind `indent`. A word that is longer than a line stays whole. */
export function wrap(text: string, { width, indent }: {
  readonly width: number;
  readonly indent: string;
}): string {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || indent.length + last.length + 1 + word.length > width) {
      lines.push(word);
    } else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.map((line) => `${indent}${line}`).join("\n");
}

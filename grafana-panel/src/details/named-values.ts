/** A name and its value, such as a label. */
export type NamedValue = readonly [name: string, value: string];

/** `name=value` texts as pairs; the name ends at the first `=`. */
export function namedValues(texts: readonly string[]): readonly NamedValue[] {
  return texts.map((text) => {
    const end = text.indexOf('=');
    return end < 0 ? [text, ''] : [text.slice(0, end), text.slice(end + 1)];
  });
}

/** Those with a part of their name or value; small and capital letters are the same. */
export function withPart(rows: readonly NamedValue[], part: string): readonly NamedValue[] {
  const wanted = part.trim().toLowerCase();
  return rows.filter((row) => row.some((text) => text.toLowerCase().includes(wanted)));
}

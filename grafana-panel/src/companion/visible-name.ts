/**
 * A name that something gave itself, such as a process, as it can stand in a sentence: what would turn the direction of
 * the rest, or what nobody would see, is shown by its number.
 */
export function visibleName(name: string): string {
  return name.replaceAll(HIDDEN, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu;

import Anser from 'anser';

/** A piece of a line in one colour. */
export interface LogPart {
  readonly text: string;
  /** Such as `red` or `bright-red`; undefined for the colour of the rest. */
  readonly color: string | undefined;
  readonly bold: boolean;
  readonly underlined: boolean;
}

/** More pieces than anybody reads, made by a container that wants to hurt, would hang the browser. */
const MOST_PIECES = 100;

/** A line in the colours that its program wrote. What a terminal would obey otherwise is left out. */
export function coloredParts(line: string): readonly LogPart[] {
  if (!line.includes('\u001b')) {
    return [{ text: line, color: undefined, bold: false, underlined: false }];
  }
  const parts = Anser.ansiToJson(withoutCommands(line), {
    use_classes: true,
    remove_empty: true,
    json: true,
  });
  const shown = parts.slice(0, MOST_PIECES).map(({ content, fg, decorations }: AnserPart): LogPart => ({
    text: content,
    color: /^ansi-((?:bright-)?\w+)$/.exec(fg ?? '')?.[1],
    bold: decorations.includes('bold'),
    underlined: decorations.includes('underline'),
  }));
  const rest = parts.slice(MOST_PIECES).map(({ content }) => content);
  return rest.length === 0
    ? shown
    : [...shown, { text: rest.join(''), color: undefined, bold: false, underlined: false }];
}

/** Its types do not say that a part without a colour has null for one. */
interface AnserPart {
  readonly content: string;
  readonly fg: string | null;
  readonly decorations: readonly string[];
}

/** A piece of a line, and whether it is what was searched for. */
export interface MarkedPiece {
  readonly text: string;
  readonly at: number;
  readonly marked: boolean;
}

/** Cuts a text at the first matches of a pattern, which is global. */
export function markedPieces(text: string, pattern: RegExp): readonly MarkedPiece[] {
  const pieces: MarkedPiece[] = [];
  let at = 0;
  for (const { 0: found, index } of text.matchAll(pattern)) {
    if (found === '' || pieces.length >= 2 * MOST_PIECES) {
      break;
    }
    pieces.push({ text: text.slice(at, index), at, marked: false }, { text: found, at: index, marked: true });
    at = index + found.length;
  }
  return [...pieces, { text: text.slice(at), at, marked: false }];
}

/**
 * Anser takes CSI sequences out. The others (ECMA-48) are strings, such as a window's title, up to their terminator, and
 * single commands.
 */
function withoutCommands(line: string): string {
  return line.replaceAll(STRINGS, '').replaceAll(SINGLES, '');
}

const STRINGS = /\u001b[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?/g;
const SINGLES = /\u001b(?![[\]PX^_])[ -/]*[0-~]?/g;

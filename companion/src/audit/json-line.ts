/**
 * A value as JSON in one line of plain characters: what a terminal obeys or an editor hides (C1 controls, directions of
 * writing, characters without a width, other line ends) is escaped, so that whoever reads the line sees all of it.
 */
export function jsonLine(value: unknown): string {
  return withoutHidden(JSON.stringify(value));
}

/** The same for a line that is JSON already; its own line end stays. */
export function withoutHidden(json: string): string {
  return json.replaceAll(HIDDEN, (text) => {
    const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
  });
}

/** JSON.stringify escapes the controls below a space itself. */
const HIDDEN = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

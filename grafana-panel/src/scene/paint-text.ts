import type { PaintContext } from './paint-context';
import type { Palette } from './palette';

const widths = new Map<string, number>();
const MOST_WIDTHS = 20_000;

/** The background's colour round the letters keeps them apart from edges behind them. */
export function write(
  context: PaintContext,
  text: string,
  x: number,
  y: number,
  color: string,
  palette: Palette,
): void {
  if (text === '') {
    return;
  }
  context.strokeStyle = palette.background;
  context.lineWidth = 4;
  context.strokeText(text, x, y);
  context.fillStyle = color;
  context.fillText(text, x, y);
}

/** Width in the context's font, CSS pixels: measured once. */
export function measure(context: PaintContext, text: string): number {
  const key = `${context.font}\n${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    if (widths.size >= MOST_WIDTHS) {
      widths.clear();
    }
    width = context.measureText(text).width;
    widths.set(key, width);
  }
  return width;
}

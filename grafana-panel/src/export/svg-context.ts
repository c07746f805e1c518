import type { PaintContext } from '../scene/paint-context';

type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

interface Look {
  fillStyle: string;
  strokeStyle: string;
  lineWidth: number;
  lineCap: CanvasLineCap;
  lineJoin: CanvasLineJoin;
  globalAlpha: number;
  font: string;
  textAlign: CanvasTextAlign;
  textBaseline: CanvasTextBaseline;
  dashes: readonly number[];
  matrix: Matrix;
  clip: string;
}

/** What is painted on it becomes an SVG document: the same painters draw the screen and the file. */
export class SvgContext {
  fillStyle = '#000';
  strokeStyle = '#000';
  lineWidth = 1;
  lineCap: CanvasLineCap = 'butt';
  lineJoin: CanvasLineJoin = 'miter';
  globalAlpha = 1;
  font = '12px sans-serif';
  textAlign: CanvasTextAlign = 'start';
  textBaseline: CanvasTextBaseline = 'alphabetic';
  #dashes: readonly number[] = [];
  #matrix: Matrix = [1, 0, 0, 1, 0, 0];
  #clip = '';
  #path = '';
  #clips = 0;
  readonly #stack: Look[] = [];
  readonly #elements: string[] = [];

  /** @param measure Width of a text in a CSS font, CSS pixels. */
  constructor(private readonly measure: (text: string, font: string) => number) {}

  /** The painters know it as the canvas context that it stands in for. */
  asPaintContext(): PaintContext {
    return this as unknown as PaintContext;
  }

  document(width: number, height: number, title: string): string {
    return (
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">` +
      `<title>${escape(title)}</title>${this.#elements.join('')}</svg>`
    );
  }

  beginPath(): void {
    this.#path = '';
  }

  closePath(): void {
    this.#path += 'Z';
  }

  moveTo(x: number, y: number): void {
    this.#path += `M${round(x)} ${round(y)}`;
  }

  lineTo(x: number, y: number): void {
    this.#path += `${this.#path === '' ? 'M' : 'L'}${round(x)} ${round(y)}`;
  }

  bezierCurveTo(ax: number, ay: number, bx: number, by: number, x: number, y: number): void {
    this.#path += `C${[ax, ay, bx, by, x, y].map(round).join(' ')}`;
  }

  /** Whole circles are all that the painters draw with it. */
  arc(x: number, y: number, radius: number): void {
    const r = round(radius);
    this.#path +=
      `M${round(x + radius)} ${round(y)}` +
      `A${r} ${r} 0 1 1 ${round(x - radius)} ${round(y)}A${r} ${r} 0 1 1 ${round(x + radius)} ${round(y)}`;
  }

  /** A corner cut by a curve; its middle is within a fraction of a pixel of the true arc's. */
  arcTo(cornerX: number, cornerY: number, toX: number, toY: number, radius: number): void {
    const from = lastPoint(this.#path) ?? [cornerX, cornerY];
    const [fromX, fromY] = from;
    const into = Math.hypot(fromX - cornerX, fromY - cornerY) || 1;
    const out = Math.hypot(toX - cornerX, toY - cornerY) || 1;
    const cosine = ((fromX - cornerX) * (toX - cornerX) + (fromY - cornerY) * (toY - cornerY)) / (into * out);
    const cut = radius / Math.tan(Math.acos(Math.min(1, Math.max(-1, cosine))) / 2);
    const startX = cornerX + ((fromX - cornerX) / into) * cut;
    const startY = cornerY + ((fromY - cornerY) / into) * cut;
    const endX = cornerX + ((toX - cornerX) / out) * cut;
    const endY = cornerY + ((toY - cornerY) / out) * cut;
    this.lineTo(startX, startY);
    this.#path += `Q${[cornerX, cornerY, endX, endY].map(round).join(' ')}`;
  }

  fill(): void {
    this.#add(`<path d="${this.#path}" fill="${escape(this.fillStyle)}"`, 'fill-rule="nonzero"');
  }

  stroke(path?: { readonly drawing: string }): void {
    this.#add(
      `<path d="${path?.drawing ?? this.#path}" fill="none" stroke="${escape(this.strokeStyle)}"`,
      this.#strokeLook(),
    );
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    const box = [x, y, Math.max(0, width), Math.max(0, height)].map(round);
    this.#add(
      `<rect x="${box[0]}" y="${box[1]}" width="${box[2]}" height="${box[3]}" fill="${escape(this.fillStyle)}"`,
      '',
    );
  }

  fillText(text: string, x: number, y: number): void {
    this.#text(text, x, y, `fill="${escape(this.fillStyle)}"`);
  }

  strokeText(text: string, x: number, y: number): void {
    this.#text(text, x, y, `fill="none" stroke="${escape(this.strokeStyle)}" ${this.#strokeLook()}`);
  }

  measureText(text: string): { readonly width: number } {
    return { width: this.measure(text, this.font) };
  }

  clip(): void {
    const id = `clip-${++this.#clips}`;
    this.#elements.push(
      `<clipPath id="${id}"><path d="${this.#path}" transform="${transformOf(this.#matrix)}"/></clipPath>`,
    );
    this.#clip = id;
  }

  setLineDash(dashes: readonly number[]): void {
    this.#dashes = dashes;
  }

  setTransform(a: number, b: number, c: number, d: number, e: number, f: number): void {
    this.#matrix = [a, b, c, d, e, f];
  }

  translate(x: number, y: number): void {
    const [a, b, c, d, e, f] = this.#matrix;
    this.#matrix = [a, b, c, d, e + a * x + c * y, f + b * x + d * y];
  }

  scale(x: number, y: number): void {
    const [a, b, c, d, e, f] = this.#matrix;
    this.#matrix = [a * x, b * x, c * y, d * y, e, f];
  }

  save(): void {
    const {
      fillStyle,
      strokeStyle,
      lineWidth,
      lineCap,
      lineJoin,
      globalAlpha,
      font,
      textAlign,
      textBaseline,
    } = this;
    const own = { dashes: this.#dashes, matrix: this.#matrix, clip: this.#clip };
    this.#stack.push({
      ...{ fillStyle, strokeStyle, lineWidth, lineCap, lineJoin, globalAlpha, font, textAlign, textBaseline },
      ...own,
    });
  }

  restore(): void {
    const look = this.#stack.pop();
    if (look) {
      const { dashes, matrix, clip, ...rest } = look;
      Object.assign(this, rest);
      this.#dashes = dashes;
      this.#matrix = matrix;
      this.#clip = clip;
    }
  }

  #strokeLook(): string {
    const dashes = this.#dashes.length > 0 ? ` stroke-dasharray="${this.#dashes.map(round).join(' ')}"` : '';
    return `stroke-width="${round(this.lineWidth)}" stroke-linecap="${this.lineCap}" stroke-linejoin="${this.lineJoin}"${dashes}`;
  }

  #text(text: string, x: number, y: number, look: string): void {
    const anchor = this.textAlign === 'center' ? 'middle' : this.textAlign === 'right' ? 'end' : 'start';
    const baseline = this.textBaseline === 'middle' ? 'central' : 'auto';
    this.#add(
      `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" dominant-baseline="${baseline}" style="font:${escape(this.font)}"`,
      look,
      escape(text),
    );
  }

  #add(start: string, look: string, content = ''): void {
    const alpha = this.globalAlpha < 1 ? ` opacity="${round(this.globalAlpha)}"` : '';
    const transform = ` transform="${transformOf(this.#matrix)}"`;
    const name = start.slice(1, start.indexOf(' '));
    const element = `${start} ${look}${alpha}${transform}>${content}</${name}>`;
    this.#elements.push(this.#clip === '' ? element : `<g clip-path="url(#${this.#clip})">${element}</g>`);
  }
}

function transformOf(matrix: Matrix): string {
  return `matrix(${matrix.map((value) => Number(value.toFixed(4))).join(' ')})`;
}

function lastPoint(path: string): readonly [number, number] | undefined {
  const [, x, y] = /(-?[\d.]+) (-?[\d.]+)$/.exec(path) ?? [];
  return x === undefined || y === undefined ? undefined : [Number(x), Number(y)];
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

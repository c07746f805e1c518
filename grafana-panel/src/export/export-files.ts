import type { Topology } from 'toposcope-topology-datasource/graph/topology';
import type { Decorations } from '../scene/decoration';
import type { Palette } from '../scene/palette';
import type { Scene } from '../scene/scene';
import { drawAll, sizeOf } from './draw-all';
import { SvgContext } from './svg-context';

/** What browsers give a canvas at most on a side, with a margin. */
const MOST_PIXELS = 8_000;

export function svgOf(scene: Scene, decorations: Decorations, palette: Palette, title: string): Blob {
  const ruler = document.createElement('canvas').getContext('2d');
  const svg = new SvgContext((text, font) => {
    if (!ruler) {
      return text.length * 7;
    }
    ruler.font = font;
    return ruler.measureText(text).width;
  });
  drawAll(svg.asPaintContext(), scene, decorations, palette, 1);
  const { width, height } = sizeOf(scene);
  return new Blob([svg.document(width, height, title)], { type: 'image/svg+xml' });
}

/** Twice as sharp as the screen at zoom 1, less where the picture would be too large for a canvas. */
export async function pngOf(scene: Scene, decorations: Decorations, palette: Palette): Promise<Blob> {
  const { width, height } = sizeOf(scene);
  const zoom = Math.min(2, MOST_PIXELS / Math.max(width, height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * zoom));
  canvas.height = Math.max(1, Math.round(height * zoom));
  const context = canvas.getContext('2d');
  if (!context) {
    throw new Error('The browser gave no 2D canvas: close other tabs or panels, then try again.');
  }
  drawAll(context, scene, decorations, palette, zoom);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob) {
        resolve(blob);
      } else {
        reject(new Error('The browser could not write a picture of this size. Export it as SVG instead.'));
      }
    }, 'image/png');
  });
}

export function jsonOf(topology: Topology): Blob {
  return new Blob([JSON.stringify(topology, undefined, 2)], { type: 'application/json' });
}

/** `toposcope-containers-2026-11-21T02-04-19.svg` */
export function fileName({ view, at }: Topology, ending: string): string {
  return `toposcope-${view}-${new Date(at).toISOString().slice(0, 19).replaceAll(':', '-')}.${ending}`;
}

export function download(file: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // The browser reads it after the click.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

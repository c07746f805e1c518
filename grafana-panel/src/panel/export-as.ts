import { config } from '@grafana/runtime';
import type { Topology } from 'toposcope-topology-datasource/graph/topology';
import { csvOfTable } from '../export/csv';
import { download, fileName, jsonOf, pngOf, svgOf } from '../export/export-files';
import { proposalsFor } from '../export/proposal';
import type { Decorations } from '../scene/decoration';
import { paletteOf } from '../scene/palette';
import type { Scene } from '../scene/scene';
import { columnsOf, rowsOf, sorted } from '../table/columns';
import type { ExportKind } from './export-menu';

interface Shown {
  readonly topology: Topology;
  /** The same without searches that leave nodes out: a proposal must not keep out what is only hidden. */
  readonly whole: Topology;
  readonly scene: Scene | undefined;
  readonly decorations: Decorations;
}

/** Hands what is shown to the browser as a file, or its address to the clipboard. */
export async function exportAs(
  kind: ExportKind,
  { topology, whole, scene, decorations }: Shown,
): Promise<void> {
  const palette = paletteOf(config.theme2, false);
  switch (kind) {
    case 'png':
      if (scene) {
        download(await pngOf(scene, decorations, palette), fileName(topology, kind));
      }
      return;
    case 'svg':
      if (scene) {
        download(svgOf(scene, decorations, palette, 'Topology'), fileName(topology, kind));
      }
      return;
    case 'json':
      download(jsonOf(topology), fileName(topology, kind));
      return;
    case 'csv': {
      const columns = columnsOf(topology);
      download(csvOfTable(columns, sorted(rowsOf(topology), columns, '')), fileName(topology, kind));
      return;
    }
    case 'link':
      await navigator.clipboard.writeText(window.location.href);
      return;
    case 'policies-in':
    case 'policies-both':
    case 'compose-networks': {
      const proposal = proposalsFor(whole).find(({ key }) => key === kind);
      if (proposal !== undefined) {
        download(new Blob([proposal.yamlOf(whole)], { type: 'application/yaml' }), fileName(whole, 'yaml'));
      }
    }
  }
}

import { readdir } from 'node:fs/promises';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');
const FOLDERS = [
  ...['.', 'docs', 'docs/runbooks', 'compose/kubernetes', 'compose/scrape-configs'],
  ...['dashboards', 'exporter', 'companion', 'grafana-datasource', 'grafana-panel'],
];

/** The pages that users and contributors read, by their paths in the repository. */
export async function documents(): Promise<readonly string[]> {
  const pages: string[] = [];
  for (const folder of FOLDERS) {
    const names = await readdir(path.join(ROOT, folder));
    pages.push(...names.filter((name) => name.endsWith('.md')).map((name) => path.join(folder, name)));
  }
  return pages;
}

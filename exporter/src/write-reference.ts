import { readFileSync, writeFileSync } from 'node:fs';
import { ALL_FLAGS } from './collector-flags.js';
import { FAMILIES } from './contract/families.js';
import { referencePage } from './contract/reference.js';
import { withFlagTable } from './flag-table.js';

const root = new URL('../../', import.meta.url);
const readme = new URL('README.md', root);

/** Writes docs/metrics.md and the README's table of flags: `npm run reference -w exporter`. */
writeFileSync(new URL('docs/metrics.md', root), referencePage(FAMILIES));
writeFileSync(readme, withFlagTable(readFileSync(readme, 'utf8'), ALL_FLAGS));

import { writeFileSync } from 'node:fs';
import { FAMILIES } from './contract/families.js';
import { referencePage } from './contract/reference.js';

/** Writes docs/metrics.md: `npm run reference -w exporter`. */
writeFileSync(new URL('../../docs/metrics.md', import.meta.url), referencePage(FAMILIES));

import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { queriesOf, type SavedDashboard } from '../../dashboards/src/dashboards/saved.js';
import { interpolate } from '../../dashboards/src/promql/interpolate.js';

const folder = fileURLToPath(new URL('../../dashboards/json', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'toposcope-dashboards-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('dashboards', () => {
  it.each(readdirSync(folder))('promtool parses every query of %s', async (file) => {
    const dashboard = JSON.parse(readFileSync(join(folder, file), 'utf8')) as SavedDashboard;
    const rules = queriesOf(dashboard).map(({ expr }, index) => ({
      record: `query_${index}`,
      expr: interpolate(expr),
    }));
    const wrapped = join(scratch, `${file}.yaml`);
    writeFileSync(wrapped, JSON.stringify({ groups: [{ name: 'queries', rules }] }));
    const { stdout } = await promisify(execFile)('promtool', ['check', 'rules', wrapped]);
    expect(stdout).toContain(`${rules.length} rules found`);
  });
});

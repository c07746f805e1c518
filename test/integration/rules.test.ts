import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const rules = fileURLToPath(new URL('../../dashboards/rules', import.meta.url));
const cases = readdirSync(`${rules}/tests`);

/** Prometheus' own tool is the judge; Debian's package `prometheus` has it. */
const promtool = (...parameters: string[]) => promisify(execFile)('promtool', parameters, { cwd: rules });

describe('rules', () => {
  it.each(['recording.yaml', 'alerts.yaml'])('promtool finds nothing in %s', async (file) => {
    const { stdout } = await promtool('check', 'rules', '--lint=all', '--lint-fatal', file);
    expect(stdout).toContain('SUCCESS');
  });

  it.each(cases)('promtool agrees with every case of %s', async (file) => {
    const { stdout } = await promtool('test', 'rules', `tests/${file}`);
    expect(stdout).toContain('SUCCESS');
  });
});

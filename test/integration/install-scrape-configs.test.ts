import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const FOLDER = path.resolve(import.meta.dirname, '../../compose/scrape-configs');
const NAMES = ['static', 'files', 'dns', 'docker', 'swarm', 'kubernetes', 'consul', 'http'];
/** Debian builds Prometheus without these two kinds of discovery: their relabelling is tried on a target of our own. */
const MISSING_IN_DEBIAN = new Map([
  [
    'kubernetes',
    {
      __meta_kubernetes_pod_container_port_name: 'metrics',
      __meta_kubernetes_pod_phase: 'Running',
      __meta_kubernetes_pod_node_name: 'node-3',
    },
  ],
  ['consul', { __meta_consul_node: 'node-3', __meta_consul_dc: 'eu' }],
]);
const promtool = (...args: string[]) => promisify(execFile)('promtool', args, { cwd: FOLDER });

describe('the scrape configurations', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'toposcope-scrape-configs-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(NAMES.filter((name) => !MISSING_IN_DEBIAN.has(name)))('promtool takes %s.yaml', async (name) => {
    const { stdout } = await promtool('check', 'config', `${name}.yaml`);
    expect(stdout).toContain('SUCCESS');
  });

  it.each([...MISSING_IN_DEBIAN])(
    'promtool takes %s.yaml and names a target by its node',
    async (name, labels) => {
      const text = await readFile(path.join(FOLDER, `${name}.yaml`), 'utf8');
      const targets = JSON.stringify([{ targets: ['10.0.0.7:10420'], labels }]);
      const file = path.join(folder, `${name}.yaml`);
      const discovery = new RegExp(` {4}${name}_sd_configs:[^]*(?= {4}relabel_configs)`);
      await writeFile(file, text.replace(discovery, `    static_configs: ${targets}\n`));
      const { stdout } = await promtool('check', 'service-discovery', '--timeout=1s', file, 'toposcope');
      const [target] = JSON.parse(stdout) as { labels: Record<string, string> }[];
      expect(target?.labels).toMatchObject({ instance: 'node-3' });
    },
  );

  it('are those that the README lists', async () => {
    const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.yaml'));
    const readme = await readFile(path.join(FOLDER, 'README.md'), 'utf8');
    expect(files.toSorted()).toEqual(NAMES.map((name) => `${name}.yaml`).toSorted());
    for (const file of files) {
      expect(readme).toContain(`\`${file}\``);
    }
  });

  it('promtool takes the configuration of the Compose stack, with its rules', async () => {
    const text = await readFile(path.join(FOLDER, '../prometheus/prometheus.yml'), 'utf8');
    const rules = path.resolve(FOLDER, '../../dashboards/rules');
    const file = path.join(folder, 'prometheus.yml');
    await writeFile(file, text.replace('rules/*.yaml', `${rules}/*.yaml`));
    const { stdout } = await promtool('check', 'config', file);
    expect(stdout).toContain('2 rule files found');
  });

  it('name a target by its host, which the gateway says', async () => {
    const gateway = createServer((_, response) => {
      response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify([{ targets: ['10.0.0.7:10420'], labels: { __meta_toposcope_host: 'web-7' } }]));
    });
    await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}/sd`;
      const text = await readFile(path.join(FOLDER, 'http.yaml'), 'utf8');
      const file = path.join(folder, 'http.yaml');
      await writeFile(file, text.replace(/https:\S+/, url));
      const { stdout } = await promtool('check', 'service-discovery', '--timeout=2s', file, 'toposcope');
      const [target] = JSON.parse(stdout) as { labels: Record<string, string> }[];
      expect(target?.labels).toMatchObject({ __address__: '10.0.0.7:10420', instance: 'web-7' });
    } finally {
      gateway.close();
    }
  });

  it('name a static target by its host', async () => {
    const { stdout } = await promtool(
      'check',
      'service-discovery',
      '--timeout=2s',
      'static.yaml',
      'toposcope',
    );
    const targets = JSON.parse(stdout) as { labels: Record<string, string> }[];
    expect(targets.map(({ labels }) => labels.instance)).toEqual(['web-1', 'web-2']);
  });
});

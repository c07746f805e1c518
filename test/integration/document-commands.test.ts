import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildBusyboxImage } from '../engines/busybox-image.js';
import { ExporterRun } from '../engines/exporter.js';
import { freePort } from '../engines/free-port.js';

const ROOT = path.resolve(import.meta.dirname, '../..');
const IMAGE = 'toposcope-test/documents';
const CONTAINER = `toposcope-documents-${process.pid}`;

/** Runs here as it stands, but for names that the reader fills in. What it must print. */
interface Run {
  readonly prints: RegExp;
}
/** Another test's file runs it, or what it stands for. */
interface RunBy {
  readonly runBy: string;
}
/** Cannot run on a test machine: what it would need. */
interface Needs {
  readonly needs: string;
}

const SYSTEMD = { needs: 'systemd as the init of the machine' };
const CLUSTER = { needs: 'a Kubernetes cluster; install-orchestrators.test.ts checks the files' };
const GRAFANA = { needs: "Grafana's image" };
const COMPOSE = { runBy: 'test/integration/install-compose.test.ts' };
const ORCHESTRATORS = { runBy: 'test/integration/install-orchestrators.test.ts' };
const PACKAGES = { runBy: 'test/integration/install-packages.test.ts' };

const COMMANDS: Readonly<Record<string, Run | RunBy | Needs>> = {
  'npm start': { runBy: 'test/integration/npm-start.test.ts' },
  'npm start -- --demo': { runBy: 'test/integration/demo.test.ts' },
  'git clone … && cd toposcope': { needs: 'the address of the repository' },
  'npm run test:unit': { runBy: 'test/run.mjs' },
  'npm test': { runBy: '.ci/run' },
  'export GRAFANA_URL=http://localhost:3000': GRAFANA,
  'export GRAFANA_ADMIN_PASSWORD=$(docker compose -f compose/docker-compose.yml exec grafana cat /run/secrets/toposcope/grafana-admin.password)':
    GRAFANA,
  'npm run test:grafana': { runBy: 'test/run.mjs' },
  'npm ci && npm run build && npm run package': PACKAGES,
  'docker compose --file compose/docker-compose.yml up --build --detach': COMPOSE,
  'docker compose --file compose/docker-compose.yml exec grafana cat /run/secrets/toposcope/grafana-admin.password':
    GRAFANA,
  'docker compose --file compose/docker-compose.yml --profile demo up --build --detach --scale demo-app=4':
    COMPOSE,
  'docker compose --file compose/docker-compose.yml up --detach --no-recreate --scale gateway=3': COMPOSE,
  'toposcope-companion keygen compose/secrets': { prints: /join\.token/ },
  'export TOPOSCOPE_EXPORTER_IMAGE=registry.example/toposcope/exporter:0.1.0': ORCHESTRATORS,
  'export TOPOSCOPE_COMPANION_IMAGE=registry.example/toposcope/companion:0.1.0': ORCHESTRATORS,
  'docker stack deploy --compose-file compose/swarm.yml toposcope': ORCHESTRATORS,
  'kubectl apply --kustomize compose/kubernetes': CLUSTER,
  'kubectl apply --kustomize compose/kubernetes/monitoring': CLUSTER,
  'npm install --global ./artefacts/packages/toposcope-exporter-0.1.0.tgz': PACKAGES,
  'cp packaging/systemd/toposcope-exporter.service /etc/systemd/system/': SYSTEMD,
  'systemctl enable --now toposcope-exporter': SYSTEMD,
  'curl http://localhost:10420/metrics': { prints: /^toposcope_exporter_build_info\{/m },
  'journalctl --unit toposcope-exporter | grep collector | tail': SYSTEMD,
  'docker exec CLIENT sh -c "time nc -w 5 SERVER PORT </dev/null"': { prints: /real/ },
  'journalctl --dmesg --grep "Killed process" | tail': SYSTEMD,
  'docker logs --tail 100 NAME': { prints: /ready/ },
  "docker inspect --format '{{.State.ExitCode}} {{.State.OOMKilled}} {{.State.Error}}' NAME": {
    prints: /^0 false/,
  },
  "docker inspect --format '{{json .State.Health}}' NAME": { prints: /"Status":/ },
  'docker logs --since 15m NAME': { prints: /ready/ },
  'curl --silent --show-error http://localhost:10420/healthz': { prints: /./ },
  'systemctl status toposcope-exporter || docker ps --all --filter name=exporter': SYSTEMD,
  'journalctl --unit toposcope-exporter --since -15min': SYSTEMD,
  'systemctl status toposcope-companion-agent': SYSTEMD,
  'tracepath -n SERVER': { needs: 'the package iputils-tracepath' },
  'ip -statistics link': { prints: /RX:.*bytes/ },
  'ethtool --statistics INTERFACE | grep --ignore-case -E "drop|err|discard"': {
    needs: 'an interface of real hardware',
  },
  'ss --tcp --info state established': { prints: /Recv-Q/ },
};

const documented = await documentedCommands();

describe('the commands in the documents', () => {
  it('are known here, and none is known that no document holds', () => {
    expect([...documented].filter((command) => !(command in COMMANDS))).toEqual([]);
    expect(Object.keys(COMMANDS).filter((command) => !documented.has(command))).toEqual([]);
  });

  it('are run by tests that exist', () => {
    for (const how of Object.values(COMMANDS)) {
      if ('runBy' in how) {
        expect(existsSync(path.join(ROOT, how.runBy)), how.runBy).toBe(true);
      }
    }
  });
});

describe('the commands in the documents, run', () => {
  const docker = new Docker();
  let exporter: ExporterRun;
  let folder: string;
  let filledIn: (command: string) => string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'toposcope-documents-'));
    const port = await freePort();
    exporter = await ExporterRun.serving([`--web.listen-address=127.0.0.1:${port}`]);
    await buildBusyboxImage(docker, IMAGE);
    const container = await docker.createContainer({
      name: CONTAINER,
      Image: IMAGE,
      Cmd: ['sh', '-c', 'echo ready; exec httpd -f -p 80'],
      Healthcheck: { Test: ['CMD', 'true'], Interval: 1e9 },
    });
    await container.start();
    filledIn = (command) =>
      command
        .replace('localhost:10420', `127.0.0.1:${port}`)
        .replace('toposcope-companion', `${process.execPath} companion/dist/main.js`)
        .replace('compose/secrets', path.join(folder, 'secrets'))
        .replace(/\b(?:NAME|CLIENT)\b/, CONTAINER)
        .replace('SERVER PORT', '127.0.0.1 80');
  });
  afterAll(async () => {
    await exporter.stop();
    await docker.getContainer(CONTAINER).remove({ force: true });
    await docker.getImage(IMAGE).remove({ force: true });
    await rm(folder, { recursive: true, force: true });
  });

  const runs = Object.entries(COMMANDS).flatMap(([command, how]) =>
    'prints' in how ? [[command, how.prints] as const] : [],
  );
  it.each(runs)('%s', async (command, prints) => {
    const isPrinted = async () => prints.test(await runInShell(filledIn(command)));
    await expect.poll(isPrinted, { timeout: 10_000 }).toBe(true);
  });
});

/** What it wrote to both streams. Rejects when it fails. */
function runInShell(command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile('sh', ['-c', command], { cwd: ROOT }, (error, stdout, stderr) => {
      if (error) {
        reject(new Error(`${command}: ${stderr}`, { cause: error }));
      } else {
        resolve(stdout + stderr);
      }
    });
  });
}

/** Every line of every block of shell, without its comment and without what only filters what is printed. */
async function documentedCommands(): Promise<Set<string>> {
  const files = ['README.md'];
  for (const folder of ['docs', 'docs/runbooks', 'compose/kubernetes', 'compose/scrape-configs']) {
    const names = await readdir(path.join(ROOT, folder));
    files.push(...names.filter((name) => name.endsWith('.md')).map((name) => path.join(folder, name)));
  }
  const texts = await Promise.all(files.map((file) => readFile(path.join(ROOT, file), 'utf8')));
  const lines = texts.flatMap((text) =>
    [...text.matchAll(/^```(?:sh|bash|console)\n([^]*?)^```/gm)].flatMap(([, block = '']) =>
      block.trim().split('\n'),
    ),
  );
  return new Set(lines.map((line) => line.replace(/\s+#.*$/, '').replace(/ \| grep --before.*$/, '')));
}

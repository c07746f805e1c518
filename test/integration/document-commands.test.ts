import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { documents } from '../documents.js';
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

/** The exposition of a machine with many containers is more than Node.js takes unasked. */
const MOST_BYTES = 64 * 1024 * 1024;
const SYSTEMD = { needs: 'systemd as the init of the machine' };
const CLUSTER = { needs: 'a Kubernetes cluster; install-orchestrators.test.ts checks the files' };
const REGISTRY = { needs: 'a registry that takes images' };
const PUBLISHED = {
  needs: 'the packages in the npm registry; install-packages.test.ts installs their files',
};
const GRAFANA = { needs: "Grafana's image" };
const COMPOSE = { runBy: 'test/integration/install-compose.test.ts' };
const ORCHESTRATORS = { runBy: 'test/integration/install-orchestrators.test.ts' };
const PACKAGES = { runBy: 'test/integration/install-packages.test.ts' };
const COMPANION = { runBy: 'test/integration/companion-cli.test.ts' };
const EXPORTER = { runBy: 'test/integration/exporter.test.ts' };
const WHOLE_RUN = { runBy: 'test/run.mjs' };

const COMMANDS: Readonly<Record<string, Run | RunBy | Needs>> = {
  'npm start': { runBy: 'test/integration/npm-start.test.ts' },
  'npm start -- --demo': { runBy: 'test/browser/demo.test.ts' },
  'git clone … && cd toposcope': { needs: 'the address of the repository' },
  'npm run test:unit': WHOLE_RUN,
  'npm test': { runBy: '.ci/run' },
  'export GRAFANA_URL=http://localhost:3000': GRAFANA,
  'export GRAFANA_ADMIN_PASSWORD=$(docker compose -f compose/docker-compose.yml exec grafana cat /run/secrets/toposcope/grafana-admin.password)':
    GRAFANA,
  'npm run test:grafana': WHOLE_RUN,
  'npm run test:unit -- dashboards': WHOLE_RUN,
  'npx vitest run --project programs rules dashboards': WHOLE_RUN,
  'npm run generate -w dashboards': { runBy: 'dashboards/src/generated-files.test.ts' },
  'npm ci && npm run build': WHOLE_RUN,
  'node exporter/dist/main.js': EXPORTER,
  'npm ci && npm run build && npm run package': PACKAGES,
  'docker compose --file compose/docker-compose.yml up --build --detach': COMPOSE,
  'docker compose --file compose/docker-compose.yml exec grafana cat /run/secrets/toposcope/grafana-admin.password':
    GRAFANA,
  'docker compose --file compose/docker-compose.yml --profile demo up --build --detach --scale demo-app=4':
    COMPOSE,
  'docker compose --file compose/docker-compose.yml up --detach --no-recreate --scale gateway=3': COMPOSE,
  'docker build --file compose/images/exporter.Dockerfile --tag registry.example/toposcope/exporter:0.1.0 .':
    COMPOSE,
  'docker build --file compose/images/companion.Dockerfile --tag registry.example/toposcope/companion:0.1.0 .':
    COMPOSE,
  'docker push registry.example/toposcope/exporter:0.1.0': REGISTRY,
  'docker push registry.example/toposcope/companion:0.1.0': REGISTRY,
  'docker buildx build --platform linux/amd64,linux/arm64 --push --file compose/images/exporter.Dockerfile --tag registry.example/toposcope/exporter:0.1.0 .':
    REGISTRY,
  'docker run --rm --user "$(id -u):$(id -g)" --volume "$PWD/compose:/compose" registry.example/toposcope/companion:0.1.0 keygen /compose/secrets':
    COMPOSE,
  'toposcope-companion keygen /etc/toposcope': COMPANION,
  'toposcope-companion gateway --help': COMPANION,
  'toposcope-companion agent --help': COMPANION,
  'toposcope-companion cluster --help': COMPANION,
  'toposcope-companion keygen compose/kubernetes/companion/secrets': { prints: /join\.token/ },
  'openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 -subj /CN=toposcope-gateway -addext subjectAltName=DNS:toposcope-gateway,DNS:toposcope-gateway-agents -keyout compose/kubernetes/companion/secrets/tls.key -out compose/kubernetes/companion/secrets/tls.crt':
    { prints: /^/ },
  'kubectl apply --kustomize compose/kubernetes/companion': CLUSTER,
  'kubectl apply --kustomize compose/kubernetes/cluster/view': CLUSTER,
  'kubectl apply --kustomize compose/kubernetes/cluster/operate': CLUSTER,
  'kubectl apply --kustomize compose/kubernetes/cluster/admin': CLUSTER,
  'npm install --global @toposcope/exporter': PUBLISHED,
  'npm install --global @toposcope/companion': PUBLISHED,
  'sudo toposcope-exporter': PACKAGES,
  'toposcope-exporter --once': EXPORTER,
  'toposcope-exporter --help': EXPORTER,
  'export TOPOSCOPE_EXPORTER_IMAGE=registry.example/toposcope/exporter:0.1.0': ORCHESTRATORS,
  'export TOPOSCOPE_COMPANION_IMAGE=registry.example/toposcope/companion:0.1.0': ORCHESTRATORS,
  'docker stack deploy --compose-file compose/swarm.yml toposcope': ORCHESTRATORS,
  'kubectl apply --kustomize compose/kubernetes': CLUSTER,
  'kubectl apply --kustomize compose/kubernetes/monitoring': CLUSTER,
  'npm install --global ./artefacts/packages/toposcope-exporter-0.1.0.tgz': PACKAGES,
  'cp packaging/systemd/toposcope-exporter.service /etc/systemd/system/': SYSTEMD,
  'systemctl enable --now toposcope-exporter': SYSTEMD,
  'npm install --global ./artefacts/packages/toposcope-companion-0.1.0.tgz': PACKAGES,
  'cp packaging/systemd/toposcope-gateway.service /etc/systemd/system/': SYSTEMD,
  'cp packaging/systemd/toposcope-agent.service /etc/systemd/system/': SYSTEMD,
  'systemctl enable --now toposcope-gateway': SYSTEMD,
  'systemctl enable --now toposcope-agent': SYSTEMD,
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
  'systemctl status toposcope-agent || docker ps --all --filter name=agent': SYSTEMD,
  'tracepath -n SERVER': { needs: 'the package iputils-tracepath' },
  'ip -statistics link': { prints: /RX:.*bytes/ },
  'ethtool --statistics INTERFACE | grep --ignore-case -E "drop|err|discard"': {
    needs: 'an interface of real hardware',
  },
  'ss --tcp --info state established': { prints: /Recv-Q/ },
};

/** Where the documents put secrets: the tests have a folder of their own. */
const SECRETS = /compose\/kubernetes\/companion\/secrets/g;

const documented = await documentedCommands();

describe('the commands in the documents', () => {
  it('are known here, and none is known that no document holds', () => {
    expect([...documented].filter((command) => !(command in COMMANDS))).toEqual([]);
    expect(Object.keys(COMMANDS).filter((command) => !documented.has(command))).toEqual([]);
  });

  it('ask systemd for units that exist', () => {
    const units = [...documented].flatMap((command) =>
      Array.from(command.matchAll(/(?:systemctl \w+ (?:--now )?|--unit )([\w-]+)/g), ([, unit = '']) => unit),
    );
    expect(units.length).toBeGreaterThan(2);
    for (const unit of units) {
      expect(existsSync(path.join(ROOT, `packaging/systemd/${unit}.service`)), unit).toBe(true);
    }
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
        .replaceAll(SECRETS, path.join(folder, '$&'))
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
    execFile('sh', ['-c', command], { cwd: ROOT, maxBuffer: MOST_BYTES }, (error, stdout, stderr) => {
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
  const files = await documents();
  const texts = await Promise.all(files.map((file) => readFile(path.join(ROOT, file), 'utf8')));
  const blocks = texts.flatMap((text) =>
    Array.from(text.matchAll(/^ *```(?:sh|bash|console)\n([^]*?)^ *```/gm), ([, block = '']) => block),
  );
  const lines = blocks.flatMap((block) =>
    block
      .replace(/\\\n */g, '')
      .trim()
      .split(/\n */),
  );
  return new Set(lines.map((line) => line.replace(/\s+#.*$/, '').replace(/ \| grep --before.*$/, '')));
}

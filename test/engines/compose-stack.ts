import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type Docker from 'dockerode';
import { freePort } from './free-port.js';
import { buildProductImage } from './product-images.js';
import { buildStandIn } from './stand-in-image.js';

const COMPOSE = path.resolve(import.meta.dirname, '../../compose');
const PROJECT = 'toposcope-test';
/** One image plays every base: it has all their programs. */
const BASE = 'toposcope-test/base';
const VERSION = 'test';
const TIERS = ['lb', 'app', 'db', 'client'];
export const EXPORTER = `toposcope/exporter:${VERSION}`;
export const COMPANION = `toposcope/companion:${VERSION}`;

/** `compose/docker-compose.yml` as it is, on images made of this machine's own programs, without Grafana. */
export class ComposeStack {
  private constructor(
    private readonly folder: string,
    private readonly environment: Readonly<Record<string, string>>,
  ) {}

  /** Writes what differs from a user's stack. Nothing runs yet. */
  static async prepare(): Promise<ComposeStack> {
    const folder = await mkdtemp(path.join(tmpdir(), 'toposcope-compose-'));
    await writeFile(path.join(folder, 'prometheus.yml'), await hastyPrometheus());
    await writeFile(path.join(folder, 'override.json'), JSON.stringify(override(folder)));
    return new ComposeStack(folder, {
      NODE_IMAGE: BASE,
      PROMETHEUS_IMAGE: BASE,
      NGINX_IMAGE: BASE,
      BUSYBOX_IMAGE: BASE,
      TOPOSCOPE_VERSION: VERSION,
      PROMETHEUS_ADDRESS: `127.0.0.1:${await freePort()}`,
      EXPORTER_PORT: String(await freePort()),
    });
  }

  /** All but Grafana's, those of the demo too. */
  async buildImages(docker: Docker): Promise<void> {
    await buildStandIn(docker, {
      name: BASE,
      programs: [process.execPath, '/usr/sbin/nginx', '/usr/bin/prometheus'],
    });
    await Promise.all([
      buildProductImage(docker, 'exporter', EXPORTER, BASE),
      buildProductImage(docker, 'companion', COMPANION, BASE),
      this.compose('--profile', 'demo', 'build', ...TIERS.map((tier) => `demo-${tier}`)),
    ]);
  }

  get prometheusUrl(): string {
    return `http://${this.environment.PROMETHEUS_ADDRESS ?? ''}`;
  }

  /** `docker-compose ARGUMENTS` on the project; answers with what it printed. Throws with its words when it fails. */
  async compose(...args: readonly string[]): Promise<string> {
    const files = [
      '-f',
      path.join(COMPOSE, 'docker-compose.yml'),
      '-f',
      path.join(this.folder, 'override.json'),
    ];
    const { stdout } = await promisify(execFile)('docker-compose', ['-p', PROJECT, ...files, ...args], {
      cwd: COMPOSE,
      env: { ...process.env, ...this.environment },
      maxBuffer: 16 * 1024 * 1024,
    });
    return stdout;
  }

  /** Removes containers, networks, volumes and images. */
  async remove(docker: Docker): Promise<void> {
    await this.compose('--profile', 'demo', 'down', '--volumes', '--remove-orphans', '--timeout', '1');
    const tiers = TIERS.map((tier) => `toposcope-demo/${tier}:${VERSION}`);
    for (const name of [...tiers, EXPORTER, COMPANION, BASE]) {
      await docker
        .getImage(name)
        .remove({ force: true })
        .catch((error: unknown) => ignoreMissing(error));
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** The configuration as it is, but nobody waits fifteen seconds for a scrape in a test. */
async function hastyPrometheus(): Promise<string> {
  const text = await readFile(path.join(COMPOSE, 'prometheus/prometheus.yml'), 'utf8');
  return text.replaceAll('15s', '1s');
}

function override(folder: string): object {
  return {
    services: {
      // What fails is to be seen, not to be started again.
      ...Object.fromEntries(['exporter', 'agent', 'nginx'].map((name) => [name, { restart: 'no' }])),
      // nginx waits for these two; the others' health holds nobody up.
      gateway: { restart: 'no', healthcheck: { interval: '2s', retries: 100 } },
      prometheus: {
        restart: 'no',
        entrypoint: ['prometheus'],
        volumes: [`${folder}/prometheus.yml:/etc/prometheus/prometheus.yml:ro`],
      },
    },
  };
}

/** What was never built needs no removal. */
function ignoreMissing(error: unknown): void {
  if ((error as { statusCode?: number }).statusCode !== 404) {
    throw error;
  }
}

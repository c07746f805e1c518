import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { identify, isAlive } from '../../compose/local/src/processes/process-identity.js';
import { stopProcessGroup } from '../../compose/local/src/processes/stop-process-group.js';
import { freePort } from './free-port.js';
import { tiedCommand } from './tied-command.js';

const START_MS = 30_000;
const STOP_GRACE_MS = 5_000;

export interface PrometheusServer {
  readonly url: string;
  /** An instant query at a moment in Unix seconds, now unless told: one entry a series. */
  query(expr: string, at?: number): Promise<Series[]>;
  stop(): Promise<void>;
}

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface PrometheusSettings {
  /** What it has scraped before it starts, with moments, as OpenMetrics. */
  readonly samples?: string;
  /** Groups of rules that it evaluates every second. */
  readonly ruleGroups?: readonly object[];
  /** More of its command line. */
  readonly flags?: readonly string[];
}

/**
 * Starts a real Prometheus on a free port, with its own data folder, that scrapes the targets every second, and those
 * that a URL of HTTP service discovery names.
 */
export async function startPrometheus(
  targets: readonly string[],
  job = 'toposcope',
  discovery?: string,
  { samples, ruleGroups, flags = [] }: PrometheusSettings = {},
): Promise<PrometheusServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'toposcope-prometheus-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const config = {
    global: { scrape_interval: '1s', evaluation_interval: '1s' },
    ...(ruleGroups === undefined ? {} : { rule_files: ['rules.yml'] }),
    scrape_configs: [
      {
        job_name: job,
        static_configs: [{ targets }],
        ...(discovery === undefined ? {} : { http_sd_configs: [{ url: discovery, refresh_interval: '1s' }] }),
      },
    ],
  };
  writeFileSync(path.join(folder, 'prometheus.yml'), stringify(config));
  if (ruleGroups !== undefined) {
    writeFileSync(path.join(folder, 'rules.yml'), stringify({ groups: ruleGroups }));
  }
  if (samples !== undefined) {
    await writePast(folder, samples);
  }
  const logFile = path.join(folder, 'prometheus.log');
  const log = openSync(logFile, 'w');
  const command = tiedCommand('prometheus', [
    `--config.file=${path.join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${path.join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    ...flags,
  ]);
  const server = spawn(...command, { detached: true, stdio: ['ignore', log, log] });
  const identity = identify(server.pid ?? 0) ?? { pid: server.pid ?? 0, startTime: '' };
  const stop = async () => {
    await stopProcessGroup(identity, STOP_GRACE_MS);
    rmSync(folder, { recursive: true, force: true });
  };
  const end = Date.now() + START_MS;
  while (Date.now() < end && isAlive(identity)) {
    if (await isReady(url)) {
      return { url, query: (expr, at) => queryPrometheus(url, expr, at), stop };
    }
    await sleep(100);
  }
  const words = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-10).join('\n');
  await stop();
  throw new Error(`Prometheus does not answer at ${url}; the last lines of its log:\n${words}`);
}

async function writePast(folder: string, samples: string): Promise<void> {
  const file = path.join(folder, 'past.om');
  writeFileSync(file, `${samples.trimEnd()}\n# EOF\n`);
  const parameters = ['tsdb', 'create-blocks-from', 'openmetrics', file, path.join(folder, 'data')];
  await promisify(execFile)('promtool', parameters);
}

/** An instant query to any Prometheus; throws with its own words when it refuses. */
export async function queryPrometheus(url: string, expr: string, at?: number): Promise<Series[]> {
  const response = await fetch(`${url}/api/v1/query`, {
    method: 'POST',
    body: new URLSearchParams({ query: expr, ...(at !== undefined && { time: String(at) }) }),
  });
  const answer = (await response.json()) as {
    status: string;
    error?: string;
    data: { result: { metric: Record<string, string>; value: [number, string] }[] };
  };
  if (answer.status !== 'success') {
    throw new Error(`Prometheus refused ${expr}: ${answer.error ?? ''}`);
  }
  return answer.data.result.map(({ metric, value: [, text] }) => ({ metric, value: Number(text) }));
}

async function isReady(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/-/ready`);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

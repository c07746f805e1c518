import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  NamespaceProcess,
  createPair,
  deleteNamespace,
  startServer,
  type Namespace,
} from '../engines/network-namespaces.js';
import { sumOfSamples } from '../measure/exporter-process.js';

const MAIN = 'exporter/dist/main.js';
const PORT = 19_430;
const canRun = process.getuid?.() === 0 && existsSync(MAIN);

describe.skipIf(!canRun)('the exporter without a capability (needs root and a build: sudo npm test)', () => {
  let a: Namespace;
  let b: Namespace;
  let server: NamespaceProcess;

  beforeEach(async () => {
    [a, b] = createPair('toposcope-rights', 7);
    server = await startServer(b, 8301);
  });

  afterEach(async () => {
    await server.kill();
    deleteNamespace(a.name);
    deleteNamespace(b.name);
  });

  /** Runs it without the capabilities until it shows what the check wants; returns its log and last exposition. */
  async function runWithout(
    capabilities: readonly string[],
    check: (exposition: string) => void,
  ): Promise<{ log: string; exposition: string }> {
    const without = capabilities.map((capability) => `-${capability}`).join(',');
    const limits = capabilities.length === 0 ? [] : [`--bounding-set=${without}`, `--inh-caps=${without}`];
    const child = spawn(
      'setpriv',
      [
        ...limits,
        process.execPath,
        MAIN,
        `--web.listen-address=127.0.0.1:${PORT}`,
        '--connection.interval=1s',
        '--no-collector.container',
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    let log = '';
    child.stdout.on('data', (data: Buffer) => (log += data.toString()));
    child.stderr.on('data', (data: Buffer) => (log += data.toString()));
    try {
      for (let attempt = 0; ; attempt++) {
        await sleep(250);
        try {
          const response = await fetch(`http://127.0.0.1:${PORT}/metrics`);
          const exposition = await response.text();
          expect(response.status).toBe(200);
          expect(sumOfSamples(exposition, 'toposcope_collector_up', 'collector="connection"')).toBe(1);
          check(exposition);
          return { log, exposition };
        } catch (error) {
          if (attempt > 100 || child.exitCode !== null) {
            throw new Error(`It never came to that. Its log:\n${log}`, { cause: error });
          }
        }
      }
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }

  const seesTheServer = (exposition: string): void => {
    expect(sumOfSamples(exposition, 'toposcope_listener_info', 'port="8301"', 'process="node"')).toBe(1);
  };

  it('says nothing of capabilities when it has those that it needs', async () => {
    // No more than the documented set: everything else is taken away.
    const { log } = await runWithout(
      ['sys_module', 'sys_rawio', 'sys_boot', 'mknod', 'setuid', 'setgid', 'chown', 'kill'],
      seesTheServer,
    );
    expect(log).not.toContain('is missing');
  });

  it.each([
    ['CAP_NET_ADMIN', 'net_admin'],
    ['CAP_NET_BROADCAST', 'net_broadcast'],
    ['CAP_NET_RAW', 'net_raw'],
    ['CAP_SYS_ADMIN', 'sys_admin'],
  ])(
    'goes on without %s, which it names once, and still sees who listens in other namespaces',
    async (name, flag) => {
      const { log, exposition } = await runWithout([flag], seesTheServer);
      expect(log.split(`${name} is missing`)).toHaveLength(2);
      expect(sumOfSamples(exposition, 'toposcope_collector_mode_info', 'mode="netlink"')).toBe(1);
    },
  );

  it.each([
    ['CAP_SYS_PTRACE', ['sys_ptrace']],
    ['CAP_DAC_READ_SEARCH', ['dac_read_search', 'dac_override']],
  ])('goes on without %s, which it names once, with what is left to see', async (name, flags) => {
    const { log } = await runWithout(flags, () => undefined);
    expect(log.split(`${name} is missing`)).toHaveLength(2);
  });

  async function withTrickle(step: () => Promise<unknown>): Promise<void> {
    const client = NamespaceProcess.start(a.name, process.execPath, ...['-e', TRICKLE, b.address, '8301']);
    try {
      await client.next();
      await step();
    } finally {
      await client.kill();
    }
  }

  it('counts short connections of other namespaces without CAP_NET_BROADCAST', () =>
    withTrickle(() =>
      runWithout(['net_broadcast'], (exposition) => {
        const labels = ['role="client"', 'port="8301"'];
        expect(sumOfSamples(exposition, 'toposcope_connections_closed_total', ...labels)).toBeGreaterThan(20);
        expect(sumOfSamples(exposition, 'toposcope_connection_sent_bytes_total', ...labels)).toBeGreaterThan(
          200,
        );
      }),
    ));

  it('leaves to /proc what happens in other namespaces without CAP_SYS_ADMIN', () =>
    withTrickle(async () => {
      const { exposition } = await runWithout(['sys_admin'], (found) => {
        seesTheServer(found);
        expect(sumOfSamples(found, 'toposcope_netlink_events_total')).toBeGreaterThan(100);
      });
      const unknown = ['toposcope_connections_unattributed_total', 'reason="namespace_unknown"'] as const;
      expect(sumOfSamples(exposition, ...unknown)).toBe(0);
    }));
});

/** Makes ten short connections a second, for good. */
const TRICKLE = `
  const net = require('net');
  const [address, port] = process.argv.slice(1);
  setInterval(() => {
    const socket = net.connect(Number(port), address, () => socket.write(Buffer.alloc(12)));
    socket.on('error', () => {}).resume();
  }, 100);
  console.log('{}');
`;

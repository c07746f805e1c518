import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { identify } from '../../compose/local/src/processes/process-identity.js';
import { stopProcessGroup } from '../../compose/local/src/processes/stop-process-group.js';
import { unmountBelow } from './docker.js';
import { tiedCommand } from './tied-command.js';

export const DOCKERD = '/usr/sbin/dockerd';
/** The only address of the engine's network namespace, for a Swarm of one. */
export const ENGINE_ADDRESS = '10.98.0.1';
const START_MS = 60_000;

/** A Docker engine of the test's own, without any network, that can be killed. */
export class OwnEngine {
  readonly socketPath: string;
  readonly docker: Docker;
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'toposcope-own-engine-'));
  private child: ChildProcess | undefined;

  constructor() {
    this.socketPath = path.join(this.folder, 'docker.sock');
    this.docker = new Docker({ socketPath: this.socketPath });
  }

  async start(): Promise<void> {
    rmSync(path.join(this.folder, 'docker.pid'), { force: true });
    const log = openSync(path.join(this.folder, 'log'), 'a');
    const flags = {
      host: `unix://${this.socketPath}`,
      'data-root': path.join(this.folder, 'data'),
      'exec-root': path.join(this.folder, 'exec'),
      pidfile: path.join(this.folder, 'docker.pid'),
      bridge: 'none',
      iptables: 'false',
      'storage-driver': 'vfs',
    };
    // In a network namespace of its own: an engine without a bridge removes docker0, whosever it is.
    const command = tiedCommand('unshare', [
      ...['--net', 'sh', '-c', `ip link set lo up; ip addr add ${ENGINE_ADDRESS}/32 dev lo; exec "$0" "$@"`],
      DOCKERD,
      ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`),
    ]);
    this.child = spawn(...command, { detached: true, stdio: ['ignore', log, log] });
    closeSync(log);
    await this.answers();
  }

  private async answers(): Promise<void> {
    const end = Date.now() + START_MS;
    for (;;) {
      try {
        await this.docker.ping();
        return;
      } catch (error) {
        if (Date.now() > end) {
          throw error;
        }
        await sleep(200);
      }
    }
  }

  /** Of the containerd that it starts for itself. */
  get containerdSocketPath(): string {
    return path.join(this.folder, 'exec/containerd/containerd.sock');
  }

  /** As a crash: no time to say good-bye. The kernel ends its containerd with it; what both left is in the way. */
  async kill(): Promise<void> {
    if (this.child?.exitCode === null && this.child.signalCode === null) {
      const exited = once(this.child, 'exit');
      this.child.kill('SIGKILL');
      await exited;
    }
    spawnSync('umount', ['--lazy', path.join(this.folder, 'data')]);
    rmSync(path.join(this.folder, 'exec'), { recursive: true, force: true });
  }

  async dispose(): Promise<void> {
    const identity = this.child?.pid === undefined ? undefined : identify(this.child.pid);
    if (identity !== undefined) {
      await stopProcessGroup(identity, 20_000);
    }
    unmountBelow(this.folder);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

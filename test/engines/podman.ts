import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  chownSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { chmod, copyFile, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findStaticBusybox } from '../../compose/local/src/demo/static-busybox.js';
import { identify } from '../../compose/local/src/processes/process-identity.js';
import { stopProcessGroup } from '../../compose/local/src/processes/stop-process-group.js';
import type { OrdinaryUser } from './ordinary-user.js';

export const PODMAN = '/usr/bin/podman';
const IMAGE = 'localhost/toposcope-busybox';
const START_MS = 30_000;

/**
 * Podman's service as root, with folders and a network namespace of its own, or as an ordinary user; and one image of a
 * static busybox.
 */
export class OwnPodman {
  readonly socketPath: string;
  readonly image = IMAGE;
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'toposcope-podman-'));
  private child: ChildProcess | undefined;

  constructor(private readonly user?: OrdinaryUser) {
    this.socketPath =
      user === undefined
        ? path.join(this.folder, 'podman.sock')
        : path.join(user.runtimeFolder, 'podman/podman.sock');
  }

  async start(): Promise<void> {
    const at = (name: string) => path.join(this.folder, name);
    // Its own limits are higher than a container that runs the tests may set.
    writeFileSync(
      at('containers.conf'),
      `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
`,
    );
    const flags = {
      root: at('root'),
      runroot: at('run'),
      tmpdir: at('tmp'),
      'storage-driver': 'vfs',
      'network-backend': 'cni',
      'network-config-dir': at('net'),
    };
    const service = [
      PODMAN,
      ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`),
      ...['system', 'service', '--time=0', `unix://${this.socketPath}`],
    ];
    const configuration = { CONTAINERS_CONF: at('containers.conf') };
    const [command = '', ...args] =
      this.user === undefined
        ? ['unshare', '--net', ...service]
        : this.user.command(service, { ...configuration, HOME: this.folder });
    if (this.user !== undefined) {
      await mkdir(path.dirname(this.socketPath), { recursive: true });
      for (const owned of [this.folder, path.dirname(this.socketPath)]) {
        chownSync(owned, this.user.id, this.user.id);
      }
    }
    const log = openSync(at('log'), 'a');
    this.child = spawn(command, args, {
      detached: true,
      cwd: this.folder,
      stdio: ['ignore', log, log],
      env: { ...process.env, ...configuration },
    });
    closeSync(log);
    const end = Date.now() + START_MS;
    while (!existsSync(this.socketPath)) {
      if (Date.now() > end || this.child.exitCode !== null) {
        throw new Error(`podman does not serve:\n${readFileSync(at('log'), 'utf8')}`);
      }
      await sleep(50);
    }
    await this.importImage();
  }

  /** Runs one command of podman in the service. */
  run(...args: readonly string[]): string {
    return execFileSync(PODMAN, ['--remote', '--url', `unix://${this.socketPath}`, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  }

  /** Removes all pods and containers, then ends it. */
  async dispose(): Promise<void> {
    if (this.child?.exitCode === null) {
      try {
        this.run('pod', 'rm', '--all', '--force', '--time=0');
        this.run('rm', '--all', '--force', '--time=0');
      } finally {
        const identity = identify(this.child.pid ?? 0);
        if (identity !== undefined) {
          await stopProcessGroup(identity, 20_000);
        }
      }
    }
    spawnSync('umount', ['--lazy', path.join(this.folder, 'root/vfs')]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async importImage(): Promise<void> {
    const bin = path.join(this.folder, 'image/bin');
    await mkdir(bin, { recursive: true });
    await copyFile(await findStaticBusybox(process.env.PATH ?? '', this.folder), path.join(bin, 'busybox'));
    await chmod(path.join(bin, 'busybox'), 0o755);
    const archive = path.join(this.folder, 'image.tar');
    execFileSync('tar', ['-C', path.join(this.folder, 'image'), '-cf', archive, '.']);
    this.run('import', '--quiet', archive, IMAGE);
  }
}

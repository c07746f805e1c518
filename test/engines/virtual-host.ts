import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import Docker from 'dockerode';
import { deleteNamespace, run } from './network-namespaces.js';
import { tiedCommand } from './tied-command.js';

const DOCKERD = '/usr/sbin/dockerd';
const EXPORTER = path.resolve(import.meta.dirname, '../../exporter/dist/main.js');
const COMPANION = path.resolve(import.meta.dirname, '../../companion/dist/main.js');
const EXPORTER_PORT = 10420;
const BRIDGE = 'lan0';

/** A network of the test's own that joins its hosts, and this machine as 10.79.SUBNET.254. */
export class Lan {
  private constructor(
    /** Of its namespace, and of this machine's own end of it. */
    readonly name: string,
    readonly subnet: number,
  ) {}

  /** Deletes what an earlier, killed run has left of it first. */
  static create(subnet: number): Lan {
    const lan = new Lan(`topo-lan-${subnet}`, subnet);
    lan.delete();
    // A namespace of its own: this machine's packet filter drops what an engine's bridge does not know.
    run('ip', 'netns', 'add', lan.name);
    run('ip', '-n', lan.name, 'link', 'add', BRIDGE, 'type', 'bridge');
    run('ip', '-n', lan.name, 'link', 'set', BRIDGE, 'up');
    run('ip', 'link', 'add', lan.name, 'type', 'veth', 'peer', 'name', 'uplink', 'netns', lan.name);
    run('ip', '-n', lan.name, 'link', 'set', 'uplink', 'master', BRIDGE, 'up');
    run('ip', 'addr', 'add', `${lan.address(254)}/24`, 'dev', lan.name);
    run('ip', 'link', 'set', lan.name, 'up');
    return lan;
  }

  address(number: number): string {
    return `10.79.${this.subnet}.${number}`;
  }

  /** Gives a namespace an interface on it. */
  join(namespace: string, number: number): void {
    const port = `port${number}`;
    const peer = ['peer', 'name', 'eth0', 'netns', namespace];
    run('ip', '-n', this.name, 'link', 'add', port, 'type', 'veth', ...peer);
    run('ip', '-n', this.name, 'link', 'set', port, 'master', BRIDGE, 'up');
    run('ip', '-n', namespace, 'addr', 'add', `${this.address(number)}/24`, 'dev', 'eth0');
    run('ip', '-n', namespace, 'link', 'set', 'eth0', 'up');
    run('ip', '-n', namespace, 'link', 'set', 'lo', 'up');
  }

  /** Pulls the plug of a host, or puts it in again: neither end is told. */
  plug(number: number, isIn: boolean): void {
    run('ip', '-n', this.name, 'link', 'set', `port${number}`, isIn ? 'up' : 'down');
  }

  delete(): void {
    // Its other end goes with it, at once, where that of a namespace would take its time.
    spawnSync('ip', ['link', 'delete', this.name], { stdio: 'ignore' });
    deleteNamespace(this.name);
  }
}

/**
 * A host of the test's own on this machine: namespaces for its network, processes, mounts and name. When its first
 * process ends, the kernel ends all others with it, engine and containers included, and unmounts what they mounted.
 */
export class VirtualHost {
  readonly docker: Docker;
  private readonly socket: string;

  private constructor(
    readonly name: string,
    readonly address: string,
    private readonly folder: string,
    private readonly parent: ChildProcess,
    private readonly firstPid: number,
  ) {
    this.socket = path.join(folder, 'docker.sock');
    this.docker = new Docker({ socketPath: this.socket });
  }

  static async start(lan: Lan, name: string, number: number): Promise<VirtualHost> {
    const folder = path.join(tmpdir(), `toposcope-host-${name}`);
    const namespace = namespaceOf(name);
    removeLeftovers(name, folder);
    mkdirSync(folder);
    run('ip', 'netns', 'add', namespace);
    lan.join(namespace, number);
    const command = tiedCommand(
      'nsenter',
      [
        `--net=/run/netns/${namespace}`,
        ...['unshare', '--pid', '--mount', '--uts', '--kill-child', '--mount-proc'],
        ...['sh', '-c', FIRST_PROCESS, 'first', name, folder],
      ],
      // unshare waits for its child, and takes no notice of TERM meanwhile.
      'KILL',
    );
    const parent = spawn(...command, { stdio: ['ignore', 'pipe', 'pipe'] });
    const complaints = text(parent.stderr);
    const failed = once(parent, 'exit').then(async () => {
      throw new Error(`The host ${name} did not start: ${await complaints}`);
    });
    await Promise.race([once(parent.stdout, 'data'), failed]);
    failed.catch(() => undefined);
    // unshare, which nsenter has become, waits for its one child.
    return new VirtualHost(name, lan.address(number), folder, parent, childOf(parent));
  }

  /** Starts an engine with folders and a 172.17.0.0/16 of its own. */
  async startEngine(): Promise<void> {
    const flags = {
      host: `unix://${this.socket}`,
      'data-root': path.join(this.folder, 'data'),
      'exec-root': path.join(this.folder, 'exec'),
      pidfile: path.join(this.folder, 'docker.pid'),
      'cgroup-parent': `/${cgroupOf(this.name)}`,
      'exec-opt': 'native.cgroupdriver=cgroupfs',
    };
    this.spawn('dockerd', DOCKERD, ...Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`));
    await this.answers('dockerd', () => this.docker.ping(), 60_000);
  }

  /** Starts the built exporter; returns its address. */
  async startExporter(): Promise<string> {
    return (await this.serveMetrics(['--connection.interval=1s'])).target;
  }

  /** The same with other flags, of its own and of Node.js; `pid` is that of this machine. */
  async serveMetrics(
    flags: readonly string[],
    nodeFlags: readonly string[] = [],
  ): Promise<{ target: string; pid: number }> {
    const target = `${this.address}:${EXPORTER_PORT}`;
    const entered = this.spawn(
      'exporter',
      ...[process.execPath, ...nodeFlags, EXPORTER, `--web.listen-address=${target}`],
      ...[`--runtime.docker=${this.socket}`, ...flags],
    );
    await this.answers('exporter', async () => (await fetch(`http://${target}/metrics`)).text(), 60_000);
    return { target, pid: childOf(entered) };
  }

  /** Starts the built companion's agent next to the engine; returns what kills it. Its log is agent.log. */
  startAgent(flags: readonly string[]): () => Promise<void> {
    const program = [process.execPath, COMPANION, 'agent', `--engine.socket=${this.socket}`];
    const entered = this.spawn('agent', ...[...program, `--host.name=${this.name}`, ...flags]);
    return async () => {
      const ended = once(entered, 'exit');
      // nsenter waits for its one child, which is the agent.
      process.kill(childOf(entered), 'SIGKILL');
      await ended;
    };
  }

  /** Runs a program on it to its end, and returns what it printed. */
  run(command: string, ...args: string[]): string {
    return run('nsenter', ...this.into(), command, ...args);
  }

  async stop(): Promise<void> {
    if (this.parent.exitCode === null && this.parent.signalCode === null) {
      const ended = once(this.parent, 'exit');
      process.kill(this.firstPid, 'SIGKILL');
      await ended;
    }
    removeLeftovers(this.name, this.folder);
  }

  /** Starts what ends with it, and logs to a file of that name. */
  private spawn(log: string, ...command: string[]): ChildProcess {
    const output = openSync(path.join(this.folder, `${log}.log`), 'a');
    const entered = spawn('nsenter', [...this.into(), ...command], { stdio: ['ignore', output, output] });
    closeSync(output);
    return entered;
  }

  private async answers(log: string, ask: () => Promise<unknown>, timeout: number): Promise<void> {
    try {
      await askUntil(ask, timeout);
    } catch (error) {
      const words = readFileSync(path.join(this.folder, `${log}.log`), 'utf8')
        .trimEnd()
        .split('\n')
        .slice(-10);
      throw new Error(`${log} does not answer on ${this.name}. Its last words:\n${words.join('\n')}`, {
        cause: error,
      });
    }
  }

  private into(): string[] {
    return ['--target', String(this.firstPid), '--net', '--pid', '--mount', '--uts', '--'];
  }
}

/** The shell reaps what others leave behind. A sysfs of its own shows this network's interfaces, and not the cgroups. */
const FIRST_PROCESS = `
  hostname "$1" && mkdir "$2/cgroup" && mount --rbind /sys/fs/cgroup "$2/cgroup" && mount -t sysfs sysfs /sys &&
    mount --rbind "$2/cgroup" /sys/fs/cgroup && umount --recursive --lazy "$2/cgroup" && echo ready
  while :; do sleep 3600; done
`;

async function askUntil(ask: () => Promise<unknown>, timeout: number): Promise<void> {
  const end = Date.now() + timeout;
  for (;;) {
    try {
      await ask();
      return;
    } catch (error) {
      if (Date.now() > end) {
        throw error;
      }
      await sleep(200);
    }
  }
}

function childOf({ pid = 0 }: ChildProcess): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1'));
}

function namespaceOf(name: string): string {
  return `toposcope-${name}`;
}

function cgroupOf(name: string): string {
  return `toposcope-host-${name}`;
}

function removeLeftovers(name: string, folder: string): void {
  deleteNamespace(namespaceOf(name));
  rmSync(folder, { recursive: true, force: true });
  for (const tree of [
    '/sys/fs/cgroup',
    ...readdirSync('/sys/fs/cgroup').map((part) => `/sys/fs/cgroup/${part}`),
  ]) {
    removeCgroups(path.join(tree, cgroupOf(name)));
  }
}

/** A cgroup's files cannot be deleted and need not be: only its folders, the innermost first. */
function removeCgroups(folder: string): void {
  let entries;
  try {
    entries = readdirSync(folder, { withFileTypes: true });
  } catch {
    return;
  }
  for (const entry of entries) {
    if (entry.isDirectory()) {
      removeCgroups(path.join(folder, entry.name));
    }
  }
  rmdirSync(folder);
}

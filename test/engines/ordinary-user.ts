import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, chownSync } from 'node:fs';
import path from 'node:path';
import { identify, type ProcessIdentity } from '../../compose/local/src/processes/process-identity.js';
import { waitForEnd } from '../../compose/local/src/processes/stop-process-group.js';

const NAME = 'toposcope-test';
/** Of Debian's package uidmap: lets an ordinary user have more ids in a user namespace than its own. */
export const NEWUIDMAP = '/usr/bin/newuidmap';

/** Whether the kernel lets ordinary users make user namespaces, and what is needed to have many ids in them is there. */
export function canBeRootless(): boolean {
  return (
    process.getuid?.() === 0 &&
    existsSync(NEWUIDMAP) &&
    spawnSync('setpriv', ['--reuid=65534', '--clear-groups', 'unshare', '--user', 'true']).status === 0
  );
}

/** A user of this machine that may do nothing special, who is logged in as far as the folder of its sockets goes. */
export class OrdinaryUser {
  readonly id: number;

  private constructor() {
    this.id = Number(execFileSync('id', ['--user', NAME], { encoding: 'utf8' }));
  }

  static async make(): Promise<OrdinaryUser> {
    // What a killed run left.
    if (spawnSync('id', [NAME]).status === 0) {
      await new OrdinaryUser().remove();
    }
    execFileSync('useradd', ['--no-create-home', '--shell', '/bin/sh', NAME]);
    const user = new OrdinaryUser();
    mkdirSync(path.dirname(user.runtimeFolder), { recursive: true, mode: 0o755 });
    mkdirSync(user.runtimeFolder, { mode: 0o700 });
    chownSync(user.runtimeFolder, user.id, user.id);
    return user;
  }

  /** systemd's XDG_RUNTIME_DIR of the user. */
  get runtimeFolder(): string {
    return `/run/user/${this.id}`;
  }

  /** What runs a command as the user, with these variables and no others. */
  command(command: readonly string[], environment: Readonly<Record<string, string>>): readonly string[] {
    const variables = { XDG_RUNTIME_DIR: this.runtimeFolder, ...environment };
    return [
      ...['setpriv', `--reuid=${NAME}`, `--regid=${NAME}`, '--init-groups', '--reset-env', 'env'],
      ...Object.entries(variables).map(([name, value]) => `${name}=${value}`),
      ...command,
    ];
  }

  /** Ends what the user runs, and forgets the user. */
  async remove(): Promise<void> {
    for (const own of this.processes()) {
      process.kill(own.pid, 'SIGKILL');
      await waitForEnd(own, 10_000);
    }
    execFileSync('userdel', ['--force', NAME], { stdio: ['ignore', 'ignore', 'pipe'] });
    rmSync(this.runtimeFolder, { recursive: true, force: true });
  }

  private processes(): readonly ProcessIdentity[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && ownerOf(Number(name)) === this.id)
      .flatMap((pid) => identify(Number(pid)) ?? []);
  }
}

/** Undefined of one that has ended meanwhile. */
function ownerOf(pid: number): number | undefined {
  try {
    const isZombie = readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
    return isZombie ? undefined : statSync(`/proc/${pid}`).uid;
  } catch {
    return undefined;
  }
}

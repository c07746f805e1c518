import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identify } from '../../compose/local/src/processes/process-identity.js';
import { stopProcessGroup } from '../../compose/local/src/processes/stop-process-group.js';
import { findStaticBusybox } from '../../compose/local/src/demo/static-busybox.js';
import { CriKubelet } from './cri-kubelet.js';

export const CONTAINERD = '/usr/bin/containerd';
/** Its only address; each pod has a network namespace of its own. */
export const POD_ADDRESS = '10.89.7.2';
const IMAGE = 'toposcope.test/busybox:1';
const START_MS = 30_000;

/** A containerd of the test's own, with its CRI plugin and one image, which holds nothing but a static busybox. */
export class OwnContainerd {
  readonly socketPath: string;
  readonly image = IMAGE;
  readonly kubelet: CriKubelet;
  private readonly folder = mkdtempSync(path.join(tmpdir(), 'toposcope-containerd-'));
  private child: ChildProcess | undefined;

  constructor() {
    this.socketPath = path.join(this.folder, 'containerd.sock');
    this.kubelet = new CriKubelet(this.socketPath);
  }

  async start(): Promise<void> {
    this.writeConfiguration();
    const log = openSync(path.join(this.folder, 'log'), 'a');
    this.child = spawn(CONTAINERD, ['--config', path.join(this.folder, 'config.toml')], {
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    const end = Date.now() + START_MS;
    while (!existsSync(this.socketPath) || !(await this.kubelet.answers())) {
      if (Date.now() > end || this.child.exitCode !== null) {
        throw new Error(
          `containerd does not answer:\n${readFileSync(path.join(this.folder, 'log'), 'utf8')}`,
        );
      }
      await sleep(100);
    }
    const archive = await this.buildImage();
    execFileSync('ctr', ['-a', this.socketPath, '-n', 'k8s.io', 'images', 'import', archive]);
  }

  /** The first process of a container or of a pod's sandbox. */
  pidOf(id: string): number {
    const tasks = execFileSync('ctr', ['-a', this.socketPath, '-n', 'k8s.io', 'tasks', 'ls'], {
      encoding: 'utf8',
    });
    return Number(new RegExp(`^${id}\\s+(\\d+)`, 'm').exec(tasks)?.[1]);
  }

  /** Removes all pods, then ends it. */
  async dispose(): Promise<void> {
    if (this.child?.exitCode === null) {
      await this.kubelet.removeAll();
      const identity = identify(this.child.pid ?? 0);
      const exited = once(this.child, 'exit');
      if (identity !== undefined) {
        await stopProcessGroup(identity, 20_000);
        await exited;
      }
    }
    this.kubelet.close();
    spawnSync('umount', ['--lazy', '--recursive', path.join(this.folder, 'state')]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private writeConfiguration(): void {
    const at = (name: string) => path.join(this.folder, name);
    const configuration = `version = 2
root = "${at('root')}"
state = "${at('state')}"
[grpc]
  address = "${this.socketPath}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${IMAGE}"
  restrict_oom_score_adj = true
  disable_apparmor = true
  stream_server_address = "127.0.0.1"
  stream_server_port = "0"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "native"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${at('cni')}"
    conf_dir = "${at('net.d')}"
`;
    writeFileSync(at('config.toml'), configuration);
    mkdirSync(at('net.d'));
    const network = { cniVersion: '0.4.0', name: 'test', plugins: [{ type: 'test' }] };
    writeFileSync(at('net.d/10-test.conflist'), JSON.stringify(network));
    mkdirSync(at('cni'));
    for (const [plugin, address, command] of [
      ['test', `${POD_ADDRESS}/24`, `ip link add "$CNI_IFNAME" type veth peer name other`],
      ['loopback', '127.0.0.1/8', `true`],
    ] as const) {
      writeFileSync(at(`cni/${plugin}`), networkPlugin(address, command));
      chmodSync(at(`cni/${plugin}`), 0o755);
    }
  }

  /** The archive of `docker save`, made by hand. */
  private async buildImage(): Promise<string> {
    const root = path.join(this.folder, 'image/root/bin');
    mkdirSync(root, { recursive: true });
    copyFileSync(await findStaticBusybox(process.env.PATH ?? '', this.folder), path.join(root, 'busybox'));
    chmodSync(path.join(root, 'busybox'), 0o755);
    const folder = path.join(this.folder, 'image');
    writeFileSync(path.join(folder, 'root/pause'), PAUSE, { mode: 0o755 });
    execFileSync('mkfifo', [path.join(folder, 'root/silence')]);
    execFileSync('tar', ['-C', path.join(folder, 'root'), '-cf', path.join(folder, 'layer.tar'), '.']);
    const digest = createHash('sha256')
      .update(readFileSync(path.join(folder, 'layer.tar')))
      .digest('hex');
    const configuration = {
      architecture: process.arch === 'x64' ? 'amd64' : process.arch,
      os: 'linux',
      config: { Cmd: ['/pause'] },
      rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
    };
    const manifest = [{ Config: 'config.json', RepoTags: [IMAGE], Layers: ['layer.tar'] }];
    writeFileSync(path.join(folder, 'config.json'), JSON.stringify(configuration));
    writeFileSync(path.join(folder, 'manifest.json'), JSON.stringify(manifest));
    const archive = path.join(this.folder, 'image.tar');
    execFileSync('tar', ['-C', folder, '-cf', archive, 'manifest.json', 'config.json', 'layer.tar']);
    return archive;
  }
}

/** What holds a pod's namespaces is called as Kubernetes' is, and does as much. */
const PAUSE = '#!/bin/busybox sh\nexec 3<>/silence\nread -r word <&3\n';

/** A plugin of the Container Network Interface (github.com/containernetworking/cni, SPEC.md) in a few lines. */
function networkPlugin(address: string, makeInterface: string): string {
  return `#!/bin/sh
case "$CNI_COMMAND" in
VERSION) echo '{"cniVersion":"0.4.0","supportedVersions":["0.3.1","0.4.0"]}' ;;
ADD)
  inside() { nsenter --net="$CNI_NETNS" "$@" >/dev/null 2>&1; }
  inside ${makeInterface}
  inside ip addr add ${address} dev "$CNI_IFNAME"
  inside ip link set "$CNI_IFNAME" up
  echo '{"cniVersion":"0.4.0","interfaces":[{"name":"'$CNI_IFNAME'","sandbox":"'$CNI_NETNS'"}],"ips":[{"version":"4","interface":0,"address":"${address}"}]}' ;;
esac
`;
}

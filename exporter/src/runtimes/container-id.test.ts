import { describe, expect, it } from 'vitest';
import { containerIdOfCgroup } from './container-id.js';

const ID = '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef';
const OTHER = 'fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210';
const POD = '9a1c2f54-77d1-4a1b-a0f3-0d2f1c9b8e7d';
const POD_ = POD.replaceAll('-', '_');

describe('containerIdOfCgroup finds', () => {
  it.each([
    ['Docker with cgroupfs', `/docker/${ID}`],
    ['Docker with systemd', `/system.slice/docker-${ID}.scope`],
    ['Docker with a cgroup parent', `/my.slice/docker-${ID}.scope`],
    ['Docker rootless', `/user.slice/user-1000.slice/user@1000.service/user.slice/docker-${ID}.scope`],
    ['a pod of containerd with cgroupfs', `/kubepods/burstable/pod${POD}/${ID}`],
    ['a guaranteed pod with cgroupfs', `/kubepods/pod${POD}/${ID}`],
    [
      'a pod of containerd with systemd',
      `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${POD_}.slice/cri-containerd-${ID}.scope`,
    ],
    [
      'a pod of CRI-O with systemd',
      `/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${POD_}.slice/crio-${ID}.scope`,
    ],
    [
      'a pod of CRI-O, the inner group',
      `/kubepods.slice/kubepods-pod${POD_}.slice/crio-${ID}.scope/container`,
    ],
    ['a pod of Docker with systemd', `/kubepods.slice/kubepods-pod${POD_}.slice/docker-${ID}.scope`],
    ['Podman of root', `/machine.slice/libpod-${ID}.scope`],
    ['Podman, the inner group', `/machine.slice/libpod-${ID}.scope/container`],
    ['Podman rootless', `/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${ID}.scope`],
    ['Podman with cgroupfs', `/libpod_parent/libpod-${ID}`],
    ['a pod of Podman with cgroupfs', `/libpod_parent/${OTHER}/libpod-${ID}`],
    [
      'a pod of Podman with systemd',
      `/machine.slice/machine-libpod_pod_${OTHER}.slice/libpod-${ID}.scope/container`,
    ],
    ['ECS', `/ecs/5f3c1d2e4b6a79880123456789abcdef/${ID}`],
    ['nerdctl', `/default/${ID}`],
    ['nerdctl with systemd', `/system.slice/nerdctl-${ID}.scope`],
    ['a path relative to another cgroup namespace', `/../../docker-${ID}.scope`],
    ['a service inside a container', `/docker/${ID}/system.slice/nginx.service`],
    ['the inner one of a container in a container', `/docker/${OTHER}/docker/${ID}`],
    [
      'the pod’s container in a kind node',
      `/docker/${OTHER}/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-pod${POD_}.slice/cri-containerd-${ID}.scope`,
    ],
  ])('%s', (_case, path) => {
    expect(containerIdOfCgroup(path)).toBe(ID.slice(0, 12));
  });
});

describe('containerIdOfCgroup finds none in', () => {
  it.each([
    ['nothing', ''],
    ['the root', '/'],
    ['a service of the host', '/system.slice/docker.service'],
    ['a session', '/user.slice/user-1000.slice/session-3.scope'],
    ['the monitor of CRI-O', `/kubepods.slice/kubepods-pod${POD_}.slice/crio-conmon-${ID}.scope`],
    ['the monitor of Podman', `/machine.slice/libpod-conmon-${ID}.scope`],
    ['the monitor in a pod of Podman', `/libpod_parent/${ID}/conmon`],
    ['the pod itself', `/kubepods/burstable/pod${POD}`],
    ['too few digits', `/docker/${ID.slice(1)}`],
    ['too many digits', `/docker/${ID}0`],
    ['capital digits', `/docker/${ID.toUpperCase()}`],
    ['a task of ECS', '/ecs/5f3c1d2e4b6a79880123456789abcdef'],
    ['an id without a slash', ID],
  ])('%s', (_case, path) => {
    expect(containerIdOfCgroup(path)).toBeUndefined();
  });
});

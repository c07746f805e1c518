import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';

/** What the tests need of Debian 12, and a file by which each is known. */
const PACKAGES = {
  'docker.io': '/usr/sbin/dockerd',
  iptables: '/usr/sbin/iptables',
  prometheus: '/usr/bin/promtool',
  chromium: '/usr/bin/chromium',
  iproute2: '/usr/bin/ss',
  conntrack: '/usr/sbin/conntrack',
  'busybox-static': '/usr/share/doc/busybox-static',
  podman: '/usr/bin/podman',
  uidmap: '/usr/bin/newuidmap',
  'docker-compose': '/usr/bin/docker-compose',
  'nginx-light': '/usr/sbin/nginx',
  'fonts-dejavu-core': '/usr/share/fonts/truetype/dejavu',
};
/** invoke-rc.d and deb-systemd-invoke ask it whether a service may start (policy-rc.d(8)); 101 is no. */
const POLICY = '/usr/sbin/policy-rc.d';

const SERVICES = {
  'docker.io': ['docker.service', 'docker.socket', 'containerd.service'],
  prometheus: ['prometheus.service'],
  podman: [
    'podman.service',
    'podman.socket',
    'podman-auto-update.service',
    'podman-auto-update.timer',
    'podman-restart.service',
  ],
  'nginx-light': ['nginx.service'],
};

/** @returns {string[]} */
export function missingPackages() {
  return Object.keys(PACKAGES).filter((name) => !existsSync(PACKAGES[name]));
}

/** Installs packages; their services neither start now nor at the next boot. @param {readonly string[]} names */
export function installPackages(names) {
  console.log(`Installing from Debian: ${names.join(', ')} …`);
  const ownPolicy = !existsSync(POLICY);
  if (ownPolicy) {
    writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  }
  try {
    const install = ['install', '--yes', '--no-install-recommends', ...names];
    if (!apt(install)) {
      // A fresh machine has no package lists yet.
      apt(['update']);
      if (!apt(install)) {
        throw new Error(`apt-get could not install ${names.join(', ')}: its own message is above.`);
      }
    }
    if (existsSync('/run/systemd/system')) {
      const units = names.flatMap((name) => SERVICES[name] ?? []);
      if (units.length > 0) {
        spawnSync('systemctl', ['disable', ...units], { stdio: 'inherit' });
      }
    }
  } finally {
    if (ownPolicy) {
      rmSync(POLICY, { force: true });
    }
  }
}

/** @param {readonly string[]} args */
function apt(args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', ['--quiet', ...args], { stdio: 'inherit', env }).status === 0;
}

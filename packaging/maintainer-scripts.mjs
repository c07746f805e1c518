/**
 * What dpkg runs for a package with services, as Debian's own packages do it: nothing is started or enabled, an upgrade
 * restarts what runs, and a removal ends it. Where systemd does not run, or a system is installed into a folder, nothing is
 * done. `deb-systemd-invoke` asks the administrator's policy-rc.d first; it is part of every Debian.
 *
 * @param {readonly string[]} units
 * @returns {Readonly<Record<'postinst' | 'prerm' | 'postrm', string>>}
 */
export function maintainerScripts(units) {
  const names = units.join(' ');
  return {
    postinst: script('configure', [
      'systemctl --system daemon-reload >/dev/null || true',
      // The version before, which a first installation has not.
      `[ -z "$2" ] || deb-systemd-invoke try-restart ${names} >/dev/null || true`,
    ]),
    prerm: script('remove', [
      `deb-systemd-invoke stop ${names} >/dev/null || true`,
      `systemctl --system --quiet disable ${names} || true`,
    ]),
    postrm: script('remove', ['systemctl --system daemon-reload >/dev/null || true']),
  };
}

/**
 * @param {string} occasion the first argument of dpkg
 * @param {readonly string[]} commands
 */
function script(occasion, commands) {
  return [
    '#!/bin/sh',
    'set -e',
    `if [ "$1" = ${occasion} ] && [ -z "\${DPKG_ROOT:-}" ] && [ -d /run/systemd/system ]; then`,
    ...commands.map((command) => `  ${command}`),
    'fi',
    '',
  ].join('\n');
}

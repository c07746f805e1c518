import { InvalidArgumentError } from 'commander';
import { hostname } from 'node:os';
import type { CollectorName } from './contract/family.js';
import {
  absolutePath,
  commaSeparated,
  count,
  duration,
  flag,
  oneOf,
  optionalPath,
  repeatableFlag,
  switchFlag,
  text,
  type Flag,
} from './flags.js';
import { LOG_FORMATS, LOG_LEVELS } from './log.js';
import { HEALTH_PATH } from './web/health-path.js';

/** Where the exporter listens; no host means every address of the machine. */
export interface ListenAddress {
  readonly host: string | undefined;
  readonly port: number;
}

/** Every flag of the exporter but the collectors' own switches, in the order of the help. */
export const FLAGS = {
  listenAddresses: repeatableFlag(
    'web.listen-address',
    'ADDRESS',
    ':10420',
    'Address to listen on: HOST:PORT, [IPV6]:PORT or :PORT. May be repeated.',
    (value) => commaSeparated(value).map(parseListenAddress),
  ),
  telemetryPath: flag('web.telemetry-path', 'PATH', '/metrics', 'Path of the metrics.', parseTelemetryPath),
  webConfigFile: flag(
    'web.config.file',
    'FILE',
    '',
    'TLS and basic authentication, in the format of the Prometheus exporter toolkit.',
    optionalPath,
  ),
  hostName: flag(
    'host.name',
    'NAME',
    '',
    'Value of the host label instead of the host’s own name.',
    parseHostName,
  ),
  procRoot: flag('path.procfs', 'PATH', '/proc', 'Where the host’s /proc is mounted.', absolutePath),
  sysRoot: flag('path.sysfs', 'PATH', '/sys', 'Where the host’s /sys is mounted.', absolutePath),
  rootfs: flag(
    'path.rootfs',
    'PATH',
    '/',
    'Where the host’s root is mounted: users, machine id, os-release, runtimes’ sockets.',
    absolutePath,
  ),
  docker: repeatableFlag(
    'runtime.docker',
    'SOCKET',
    '',
    'Socket of a Docker engine or of Podman; without it, the usual places are looked at, “none” looks at none. May be repeated.',
    commaSeparated,
  ),
  cri: repeatableFlag(
    'runtime.cri',
    'SOCKET',
    '',
    'Socket of containerd, CRI-O or another that speaks the Container Runtime Interface v1; without it, the usual places are looked at, “none” looks at none. May be repeated.',
    commaSeparated,
  ),
  containerCommand: switchFlag(
    'container.command',
    false,
    'Export containers’ commands, secrets in them masked.',
  ),
  containerLabels: repeatableFlag(
    'container.labels',
    'NAMES',
    '',
    'Container labels to export, by name, comma-separated. May be repeated.',
    commaSeparated,
  ),
  processLimit: flag(
    'process.limit',
    'COUNT',
    '1000',
    'Most processes exported one by one; groups hold all.',
    count,
  ),
  processCommand: switchFlag('process.command', false, 'Export processes’ commands, secrets in them masked.'),
  connectionMode: flag(
    'connection.mode',
    'MODE',
    'auto',
    'How connections are read: auto, netlink or proc.',
    oneOf(['auto', 'netlink', 'proc'] as const),
  ),
  connectionInterval: flag(
    'connection.interval',
    'DURATION',
    '5s',
    'Time between two passes over all sockets.',
    duration('100ms', '1h'),
  ),
  edgesLimit: flag('edges.limit', 'COUNT', '20000', 'Most edges of the host.', count),
  edgesContainerLimit: flag(
    'edges.container-limit',
    'COUNT',
    '1000',
    'Most edges of one container, or of a role of one process outside containers.',
    count,
  ),
  edgesListenerLimit: flag('edges.listener-limit', 'COUNT', '10000', 'Most listeners of the host.', count),
  edgesIdle: flag(
    'edges.idle',
    'DURATION',
    '15m',
    'Time after which an idle edge is dropped.',
    duration('1m', '720h'),
  ),
  edgesPublicPeers: switchFlag(
    'edges.public-peers',
    false,
    'Export public clients’ addresses instead of “internet”.',
  ),
  namesDns: switchFlag(
    'names.dns',
    true,
    'Name public peers by the DNS answers that pass by; nothing is ever looked up.',
  ),
  namesServicesFile: flag(
    'names.services-file',
    'FILE',
    '',
    'YAML list of well-known services, by suffixes of names and by networks, each shown by one name.',
    optionalPath,
  ),
  logLevel: flag(
    'log.level',
    'LEVEL',
    'info',
    'Least level logged: debug, info, warn or error.',
    oneOf(LOG_LEVELS),
  ),
  logFormat: flag(
    'log.format',
    'FORMAT',
    'logfmt',
    'Format of the log: logfmt, json or text.',
    oneOf(LOG_FORMATS),
  ),
  once: switchFlag('once', false, 'Print one exposition and end.'),
} satisfies Record<string, Flag>;

/** The flags' values. */
export type Options = { readonly [Name in keyof typeof FLAGS]: ReturnType<(typeof FLAGS)[Name]['parse']> } & {
  readonly collectors: ReadonlySet<CollectorName>;
};

/** Parses `:10420`, `127.0.0.1:10420`, `localhost:10420` or `[::1]:10420`. */
export function parseListenAddress(value: string): ListenAddress {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-f:.]+)\]|([^:[\]\s]*)):(\d{1,5})$/i.exec(value) ?? [];
  if (port === undefined || Number(port) > 65_535) {
    throw new InvalidArgumentError('It must be HOST:PORT, [IPV6]:PORT or :PORT, with a port up to 65535.');
  }
  const host = bracketed ?? plain ?? '';
  return { host: host === '' ? undefined : host, port: Number(port) };
}

/** An address for people to open: `localhost` where every address is listened on. */
export function formatUsableAddress({ host, port }: ListenAddress): string {
  const isAny = host === undefined || host === '0.0.0.0' || /^[0:]+$/.test(host);
  return formatListenAddress({ host: isAny ? 'localhost' : host, port });
}

/** Shown in messages: what was asked for, not what it resolved to. */
export function formatListenAddress({ host, port }: ListenAddress): string {
  return `${host === undefined ? '' : host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** The health is answered without a password: the metrics must not be taken for it. */
function parseTelemetryPath(value: string): string {
  const path = absolutePath(value);
  if (path.toLowerCase() === HEALTH_PATH) {
    throw new InvalidArgumentError(`${HEALTH_PATH} is taken: it says whether the exporter serves.`);
  }
  return path;
}

function parseHostName(value: string): string {
  const name = text(value).trim();
  return name === '' ? hostname() : name;
}

import { hostname } from 'node:os';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { HOST_ACTION_NAMES, type ActionName } from '../protocol/action.js';
import { commandSchema, hostNameSchema } from '../protocol/names.js';
import { helloSchema } from '../protocol/tunnel.js';

/** A flag with the environment variable that stands for it: `--audit.file` and TOPOSCOPE_COMPANION_AUDIT_FILE. */
export function flag(flags: string, description: string): Option {
  const name = /--([a-z.-]+)/.exec(flags)?.[1] ?? '';
  return new Option(flags, description).env(
    `TOPOSCOPE_COMPANION_${name.replaceAll(/[.-]/g, '_').toUpperCase()}`,
  );
}

/** The flags of whatever stands next to a container runtime: an agent, or a gateway with --local. */
export function addHostFlags(command: Command): Command {
  return command
    .addOption(
      flag('--engine.socket <path>', "the container runtime's socket").default('/var/run/docker.sock'),
    )
    .addOption(
      flag('--allow <actions>', 'what this host lets through at most: names with commas between them, or all')
        .argParser((text) => parseAllowed(text, HOST_ACTION_NAMES))
        .default(DEFAULT_ALLOWED, 'all but host-shell'),
    )
    .addOption(
      flag('--host.name <name>', 'the name of this host, as in the host label of its metrics')
        .argParser(parseHostName)
        .default(hostname()),
    )
    .addOption(
      flag('--host-shell.command <words>', 'what host-shell starts')
        .argParser(parseCommand)
        .default(['/bin/sh', '-l'], '/bin/sh -l'),
    )
    .addOption(
      flag(
        '--exporter.address <host:port>',
        'where Prometheus finds the exporter of this host, for /sd',
      ).argParser(parseExporterAddress),
    );
}

/**
 * Takes variables away that commander would take as given: empty ones, as Compose and systemd write what nobody has set,
 * and those that say of a switch that it is off.
 */
export function dropUnset(options: readonly Option[], environment: NodeJS.ProcessEnv): void {
  for (const { envVar = '', required, optional, long } of options) {
    const value = environment[envVar];
    const isSwitch = !required && !optional;
    if (value === '' || (isSwitch && value !== undefined && isOff(value, envVar, long))) {
      // Commander asks process.env itself.
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete
      delete environment[envVar];
    }
  }
}

function isOff(value: string, variable: string, flagName = ''): boolean {
  if (!/^(?:true|1|yes|false|0|no)$/i.test(value)) {
    throw new Error(
      `error: option '${flagName}' value '${value}' from env '${variable}' is invalid. It must be true or false.`,
    );
  }
  return /^(?:false|0|no)$/i.test(value);
}

/** A URL with `http://` or `https://`, as it was written; `example` shows the form. */
export function parseUrl(example: string) {
  return (text: string): string => {
    if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
      throw new InvalidArgumentError(`It should look like ${example}.`);
    }
    return text;
  };
}

/** Numbers of Grafana's organisations. */
export function parseOrganisations(text: string): readonly number[] {
  const ids = text.split(',').map((id) => id.trim());
  if (ids.some((id) => !/^[1-9]\d{0,8}$/.test(id))) {
    throw new InvalidArgumentError(
      'It must be numbers of organisations with commas between them, such as 1,4.',
    );
  }
  return ids.map(Number);
}

/** `host:port`, `[::1]:port` or `:port` for every address. */
export function parseListenAddress(text: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw new InvalidArgumentError('It must be host:port, or :port for every address.');
  }
  const host = match[1] ?? match[2] ?? '';
  return { host: host === '' ? '::' : host, port };
}

const DEFAULT_ALLOWED: readonly ActionName[] = HOST_ACTION_NAMES.filter((name) => name !== 'host-shell');

/** Parses names of `actions` with commas between them, or `all`. */
export function parseAllowed(text: string, actions: readonly ActionName[]): readonly ActionName[] {
  if (text === 'all') {
    return actions;
  }
  return text.split(',').map((word) => {
    const name = actions.find((candidate) => candidate === word.trim());
    if (name === undefined) {
      throw new InvalidArgumentError(`${word} is no action here. There are ${actions.join(', ')}.`);
    }
    return name;
  });
}

export function parseHostName(text: string): string {
  const parsed = hostNameSchema.safeParse(text);
  if (!parsed.success) {
    throw new InvalidArgumentError('It must be letters, digits, dots and dashes.');
  }
  return parsed.data;
}

function parseCommand(text: string): readonly [string, ...string[]] {
  const parsed = commandSchema.safeParse(text.trim().split(/\s+/));
  if (!parsed.success) {
    throw new InvalidArgumentError('It must be a program and its arguments, such as /bin/sh -l.');
  }
  return parsed.data;
}

function parseExporterAddress(text: string): string {
  if (!helloSchema.shape.exporter.safeParse(text).success) {
    throw new InvalidArgumentError('It must be host:port, such as web-1.example:10420.');
  }
  return text;
}

import { describe, expect, it } from 'vitest';
import { readCommandLine } from './command-line.js';
import { formatUsableAddress, parseListenAddress, type Options } from './options.js';

function optionsOf(args: string[], environment: Record<string, string> = {}): Options {
  const invocation = readCommandLine(args, environment, '1.2.3');
  if (invocation.kind !== 'run') {
    throw new Error(invocation.text);
  }
  return invocation.options;
}

describe('readCommandLine', () => {
  it('has defaults for everything', () => {
    expect(optionsOf([])).toMatchObject({
      listenAddresses: [{ host: undefined, port: 10420 }],
      telemetryPath: '/metrics',
      webConfigFile: undefined,
      procRoot: '/proc',
      sysRoot: '/sys',
      docker: [],
      cri: [],
      containerLabels: [],
      processLimit: 1000,
      edgesLimit: 20_000,
      edgesContainerLimit: 1_000,
      edgesIdle: 900_000,
      logLevel: 'info',
      once: false,
    });
    expect([...optionsOf([]).collectors].sort()).toEqual([
      'connection',
      'container',
      'host',
      'process',
      'self',
    ]);
  });

  it('takes flags over the environment, and the environment over defaults', () => {
    const environment = { TOPOSCOPE_PROCESS_LIMIT: '5', TOPOSCOPE_EDGES_IDLE: '1h30m' };
    expect(optionsOf(['--process.limit', '7'], environment)).toMatchObject({
      processLimit: 7,
      edgesIdle: 5_400_000,
    });
  });

  it('takes a flag over the environment also when it repeats the default', () => {
    expect(optionsOf(['--process.limit=1000'], { TOPOSCOPE_PROCESS_LIMIT: '5' }).processLimit).toBe(1000);
  });

  it('ignores empty variables', () => {
    expect(optionsOf([], { TOPOSCOPE_PROCESS_LIMIT: '' }).processLimit).toBe(1000);
  });

  it('knows LOG_LEVEL, after its own variable', () => {
    expect(optionsOf([], { LOG_LEVEL: 'debug' }).logLevel).toBe('debug');
    expect(optionsOf([], { LOG_LEVEL: 'debug', TOPOSCOPE_LOG_LEVEL: 'warn' }).logLevel).toBe('warn');
  });

  it('turns collectors off by flag and by environment, and on again', () => {
    expect(optionsOf(['--no-collector.process']).collectors.has('process')).toBe(false);
    expect(optionsOf([], { TOPOSCOPE_COLLECTOR_PROCESS: 'false' }).collectors.has('process')).toBe(false);
    const both = optionsOf(['--collector.process'], { TOPOSCOPE_COLLECTOR_PROCESS: 'false' });
    expect(both.collectors.has('process')).toBe(true);
  });

  it('takes several addresses and labels, repeated or with commas', () => {
    const options = optionsOf([
      '--web.listen-address=127.0.0.1:1',
      '--web.listen-address=[::1]:2,:3',
      '--container.labels=a, b',
      '--container.labels',
      'c',
    ]);
    expect(options.listenAddresses).toEqual([
      { host: '127.0.0.1', port: 1 },
      { host: '::1', port: 2 },
      { host: undefined, port: 3 },
    ]);
    expect(options.containerLabels).toEqual(['a', 'b', 'c']);
  });

  it.each([
    ['an unknown flag', ['--process.limits=1'], {}, /unknown option '--process.limits=1'/],
    ['an argument without a flag', ['metrics'], {}, /too many arguments/],
    ['a flag without its value', ['--process.limit'], {}, /--process.limit <COUNT>/],
    ['a word for a number', ['--process.limit=many'], {}, /--process.limit does not take "many"/],
    ['a negative number', ['--process.limit=-1'], {}, /whole number/],
    ['a port too large', ['--web.listen-address=:70000'], {}, /--web.listen-address .*65535/],
    ['a relative path', ['--path.procfs=proc'], {}, /--path.procfs .*absolute path/],
    ['a duration without a unit', ['--edges.idle=900'], {}, /--edges.idle .*15m/],
    [
      'a duration of nothing',
      ['--edges.idle', '0s'],
      {},
      /--edges.idle does not take "0s".* from 1m to 720h/,
    ],
    ['a negative duration', ['--edges.idle', '-5m'], {}, /--edges.idle does not take "-5m".*such as 90s/],
    ['a duration of centuries', ['--edges.idle=9999999h'], {}, /--edges.idle .* from 1m to 720h/],
    ['a pass without a pause', ['--connection.interval=0s'], {}, /--connection.interval .* from 100ms to 1h/],
    [
      'passes days apart',
      [],
      { TOPOSCOPE_CONNECTION_INTERVAL: '600h' },
      /CONNECTION_INTERVAL .* from 100ms to 1h/,
    ],
    ['the path of the health for the metrics', ['--web.telemetry-path=/Healthz/'], {}, /\/healthz is taken/],
    ['an unknown level', ['--log.level=loud'], {}, /--log.level .*debug, info, warn, error/],
    ['an unknown mode', ['--connection.mode=ebpf'], {}, /auto, netlink, proc/],
    [
      'a bad variable',
      [],
      { TOPOSCOPE_ONCE: 'perhaps' },
      /TOPOSCOPE_ONCE does not take "perhaps".*true or false/,
    ],
  ])('refuses %s with one line and exit code 2', (_case, args, environment, message) => {
    const invocation = readCommandLine(args, environment, '1');
    expect(invocation).toMatchObject({ kind: 'refusal', exitCode: 2 });
    expect('text' in invocation && invocation.text).toMatch(message);
    expect('text' in invocation && invocation.text.trimEnd().split('\n')).toHaveLength(1);
  });

  it('prints its version', () => {
    expect(readCommandLine(['--version'], {}, '1.2.3')).toEqual({
      kind: 'answer',
      text: '1.2.3\n',
      exitCode: 0,
    });
  });

  it('prints a help that names every flag and its variable', async () => {
    const invocation = readCommandLine(['--help'], {}, '1');
    expect(invocation).toMatchObject({ kind: 'answer', exitCode: 0 });
    await expect('text' in invocation && invocation.text).toMatchFileSnapshot('../fixtures/help.txt');
  });
});

describe('formatUsableAddress', () => {
  it.each([
    [':10420', 'localhost:10420'],
    ['0.0.0.0:10420', 'localhost:10420'],
    ['[::]:10420', 'localhost:10420'],
    ['[::1]:10420', '[::1]:10420'],
    ['10.0.0.1:80', '10.0.0.1:80'],
    ['web-1:80', 'web-1:80'],
  ])('gives for %s the address %s', (given, usable) => {
    expect(formatUsableAddress(parseListenAddress(given))).toBe(usable);
  });
});

describe('parseListenAddress refuses', () => {
  it.each(['', 'localhost', '10420', 'a:b', '::1:10420', '[::1]', '[::1]:', 'host name:1', ':123456'])(
    '%j',
    (text) => {
      expect(() => parseListenAddress(text)).toThrow(/HOST:PORT/);
    },
  );
});

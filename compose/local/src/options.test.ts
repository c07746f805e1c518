import { describe, expect, it, vi } from 'vitest';
import { helpText, parseOptions } from './options.js';

describe('parseOptions', () => {
  it('gives the documented defaults', () => {
    expect(parseOptions([], { XDG_STATE_HOME: '/states' })).toEqual({
      address: '127.0.0.1',
      port: 4040,
      prometheusPort: 9090,
      exporterPort: 10420,
      stateDir: '/states/toposcope',
      grafana: '11',
      demo: false,
      companion: true,
      companionPort: 10421,
    });
  });

  it('cuts the slash off the address of Prometheus', () => {
    expect(parseOptions(['--prometheus-url', 'http://prometheus:9090/'], {}).prometheusUrl).toBe(
      'http://prometheus:9090',
    );
  });
});

describe('flags that stand before --', () => {
  it.each([
    [{ npm_config_demo: 'true' }, 'npm start -- --demo'],
    [{ npm_config_companion: '' }, 'npm start -- --no-companion'],
    [
      { npm_config_port: '5000', npm_config_prometheus_url: 'http://x:9090' },
      'npm start -- --port --prometheus-url',
    ],
  ])('are said to be where npm keeps them: %j', (env, advice) => {
    const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const exit = vi.spyOn(process, 'exit').mockImplementation((code) => {
      throw new Error(`ended with ${String(code)}`);
    });
    try {
      expect(() => parseOptions([], env)).toThrow('ended with 1');
      expect(written.mock.calls.join('')).toContain(advice);
    } finally {
      written.mockRestore();
      exit.mockRestore();
    }
  });
});

describe('helpText', () => {
  it('is what bootstrap.mjs prints before anything is installed', async () => {
    await expect(helpText()).toMatchFileSnapshot('../help.txt');
  });
});

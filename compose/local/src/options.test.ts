import { describe, expect, it } from 'vitest';
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

describe('helpText', () => {
  it('is what bootstrap.mjs prints before anything is installed', async () => {
    await expect(helpText()).toMatchFileSnapshot('../help.txt');
  });
});

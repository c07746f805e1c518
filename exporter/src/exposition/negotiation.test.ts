import { describe, expect, it } from 'vitest';
import { chooseFormat, prefersGzip } from './negotiation.js';

const OPENMETRICS = 'application/openmetrics-text';

describe('chooseFormat', () => {
  it.each([
    ['no header', undefined, 'prometheus'],
    ['an empty header', '', 'prometheus'],
    ['curl', '*/*', 'prometheus'],
    ['a browser', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'prometheus'],
    [
      'Prometheus 2.42',
      `${OPENMETRICS};version=1.0.0,${OPENMETRICS};version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1`,
      'openmetrics',
    ],
    [
      'Prometheus 3',
      `${OPENMETRICS};version=1.0.0;escaping=allow-utf-8;q=0.6,${OPENMETRICS};version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2`,
      'openmetrics',
    ],
    [
      'text before OpenMetrics',
      `${OPENMETRICS};version=1.0.0;q=0.3,text/plain;version=0.0.4;q=0.7`,
      'prometheus',
    ],
    ['OpenMetrics refused', `${OPENMETRICS};q=0,*/*;q=0.1`, 'prometheus'],
    ['OpenMetrics without a version', OPENMETRICS, 'openmetrics'],
    ['an OpenMetrics that is not written here', `${OPENMETRICS};version=0.0.1`, 'prometheus'],
    ['OpenMetrics with a charset', `${OPENMETRICS}; version=1.0.0; charset=utf-8`, 'openmetrics'],
    ['plain text without a version', 'text/plain', 'prometheus'],
    ['something else entirely', 'application/json', 'prometheus'],
    ['rubbish', ';;;,q=,', 'prometheus'],
  ] as const)('answers %s', (_case, accept, format) => {
    expect(chooseFormat(accept)).toBe(format);
  });
});

describe('prefersGzip', () => {
  it.each([
    ['no header', undefined, false],
    ['Prometheus', 'gzip', true],
    ['a list', 'deflate, gzip;q=0.8, br', true],
    ['a refusal', 'gzip;q=0', false],
    ['a refusal among others', 'gzip;q=0, *', false],
    ['anything', '*', true],
    ['a preference for plain text', 'identity, gzip;q=0.5', false],
    ['only what is not offered', 'br', false],
  ] as const)('answers %s', (_case, header, expected) => {
    expect(prefersGzip(header)).toBe(expected);
  });
});

import { connectionRtt } from '@toposcope/exporter/contract/connection-families.js';
import { hostInfo } from '@toposcope/exporter/contract/host-families.js';
import { describe, expect, it } from 'vitest';
import { anyOf, equals, selector } from './selector';

describe('equals', () => {
  it.each([
    ['plain text', 'web-1', 'host="web-1"'],
    ['a quote', 'a"b', String.raw`host="a\"b"`],
    ['a backslash', String.raw`a\b`, String.raw`host="a\\b"`],
    ['a line end', 'a\nb', String.raw`host="a\nb"`],
    ['text that looks like a dashboard variable', 'a$view', 'host=~"a[$]view"'],
    ['text that looks like an old dashboard variable', '[[view]]', String.raw`host=~"\\[\\[view\\]\\]"`],
    ['a regular expression, which stays text', '.*', 'host=".*"'],
    ['nothing', '', 'host=""'],
  ])('writes %s', (_, value, matcher) => {
    expect(equals('host', value)).toBe(matcher);
  });
});

describe('anyOf', () => {
  it('has no condition for no values', () => {
    expect(anyOf('host', [])).toEqual([]);
  });

  it('is an equality for one value', () => {
    expect(anyOf('host', ['a.b'])).toEqual(['host="a.b"']);
  });

  it('matches several values literally', () => {
    expect(anyOf('ip', ['10.0.0.1', 'fe80::1%eth0', 'a|b'])).toEqual([
      String.raw`ip=~"10\\.0\\.0\\.1|fe80::1%eth0|a\\|b"`,
    ]);
  });
});

describe('selector', () => {
  it('is the bare family without conditions', () => {
    expect(selector(hostInfo, [])).toBe('toposcope_host_info');
  });

  it('names the part of a summary', () => {
    expect(selector(connectionRtt, [equals('host', 'a')], '_sum')).toBe(
      'toposcope_connection_rtt_seconds_sum{host="a"}',
    );
  });
});

import { describe, expect, it } from 'vitest';
import { remedyFor, withRemedy } from './remedy';

describe('what to do about', () => {
  it.each([
    [
      'query processing would load too many samples into memory in query execution',
      /--query\.max-samples\.$/,
    ],
    ['query timed out in expression evaluation', /--query\.timeout/],
    ['Post "http://prometheus:9090/api/v1/query": context deadline exceeded', /--query\.timeout/],
    ['the query hit the max number of series limit (limit: 100000 series)', /raise that limit/],
    ['exceeded maximum resolution of 11,000 points per timeseries', /^Choose a shorter time range\.$/],
    ['413 Request Entity Too Large', /fewer hosts/],
    ['Unauthorized', /credentials/],
    ['dial tcp 127.0.0.1:9090: connect: connection refused', /^Is Prometheus running\?/],
    ['bad_data: 1:5: parse error: unclosed left parenthesis', /^$/],
  ])('“%s”', (message, remedy) => {
    expect(remedyFor(message)).toMatch(remedy);
  });

  it('stands behind what failed, in sentences', () => {
    expect(withRemedy('Shop did not answer: Unauthorized')).toMatch(/: Unauthorized\. Check the credentials/);
    expect(withRemedy('parse error')).toBe('parse error');
  });
});

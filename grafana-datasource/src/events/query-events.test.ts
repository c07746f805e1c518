import type { DataFrame, DataQueryRequest } from '@grafana/data';
import { firstValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { numberColumn } from '../frames/columns';
import type { PrometheusQuery, PrometheusSource } from '../prometheus/ask';
import { eventStep } from './event-step';
import { asEventsQuery } from './events-query';
import { queryEvents } from './query-events';

type Request = DataQueryRequest<PrometheusQuery>;
const ASKED = { refId: 'Anno', matchers: [], hosts: [], namespaces: [], containers: [], kinds: [] };

describe('a query of events', () => {
  it('asks once for what happened, in steps that Grafana does not round, and once for names', async () => {
    const { requests, frame } = await ask(() => [[1_030_000, 2]]);
    expect(requests.map(({ targets }) => targets.map(({ refId }) => refId))).toEqual([
      ['started', 'restarted', 'stopped', 'exitCodes', 'removed', 'killed', 'toposcope-probe'],
      ['info', 'workloads', 'toposcope-probe'],
    ]);
    const [first] = requests;
    expect([first?.intervalMs, first?.targets[0]?.interval, first?.targets[0]?.range]).toEqual([
      30_000,
      '30s',
      true,
    ]);
    expect(frame.refId).toBe('Anno');
  });

  it('asks for no names where nothing happened', async () => {
    const { requests, frame } = await ask(() => []);
    expect([requests.length, frame.length]).toEqual([1, 0]);
  });

  it('keeps the latest five hundred, and says how many more there were', async () => {
    const many = Array.from({ length: 600 }, (_, index): [number, number] => [1_000_000 + index * 1000, 1]);
    const { frame } = await ask((refId) => (refId === 'killed' ? many : []));
    expect(frame.length).toBe(501);
    expect(frame.fields[1]?.values[0]).toMatch(/^Only the latest 500 of 600 events are shown\./);
    expect(frame.fields[0]?.values[500]).toBe(1_599_000);
  });

  it('says what Prometheus could not answer', async () => {
    const source: PrometheusSource = {
      name: 'Shop Prometheus',
      query: ({ targets }) =>
        of({
          data: targets.slice(1).map(({ refId }) => ({ refId, length: 0, fields: [] })),
          errors: [{ refId: 'started', message: 'query timed out' }],
        }),
    };
    await expect(
      firstValueFrom(queryEvents(ASKED, REQUEST, { prometheus: source, scrapeSeconds: 15 })),
    ).rejects.toThrow('Shop Prometheus could not answer about container events: query timed out');
  });
});

describe('a step', () => {
  it.each([
    [3600, 15, 30],
    [21_600, 15, 60],
    [86_400, 15, 300],
    [604_800, 15, 1800],
    [600, 60, 120],
    [10_000_000_000, 15, 20_044_800],
  ])('of %d s is, at a scrape every %d s, %d s', (range, scrape, step) => {
    expect(eventStep(range, scrape)).toBe(step);
  });
});

describe('a saved query', () => {
  it.each<[string, object, object | undefined]>([
    ['of another kind is none of events', { queryType: 'topology' }, undefined],
    ['without anything asks for everything', {}, { kinds: [], hosts: [], namespaces: [], containers: [] }],
    [
      'with nonsense asks for what is sense',
      { kinds: ['boom'], hosts: 'h', containers: ['a'] },
      { kinds: [], hosts: [], containers: ['a'] },
    ],
  ])('%s', (_, saved, expected) => {
    const query = asEventsQuery({ refId: 'A', queryType: 'events', ...saved });
    expect(query && { ...query }).toEqual(expected && expect.objectContaining(expected));
  });
});

const REQUEST = {
  requestId: 'panel',
  intervalMs: 60_000,
  targets: [],
  scopedVars: {},
  range: { from: { valueOf: () => 1_000_000 }, to: { valueOf: () => 4_600_000 } },
} as unknown as DataQueryRequest;

async function ask(
  samplesOf: (refId: string) => readonly [number, number][],
): Promise<{ requests: readonly Request[]; frame: DataFrame }> {
  const requests: Request[] = [];
  const source: PrometheusSource = {
    name: 'Shop Prometheus',
    query: (request) => {
      requests.push(request);
      return of({
        data: request.targets.map(({ refId, range }) => seriesOf(refId, range ? samplesOf(refId) : [])),
      });
    },
  };
  const [frame] = await firstValueFrom(
    queryEvents(ASKED, REQUEST, { prometheus: source, scrapeSeconds: 15 }),
  );
  return { requests, frame: frame ?? expect.fail('There is no frame.') };
}

function seriesOf(refId: string, samples: readonly [number, number][]): DataFrame {
  const time = { name: 'Time', type: 'time', config: {}, values: samples.map(([at]) => at) };
  const value = {
    ...numberColumn(
      'Value',
      samples.map(([, number]) => number),
    ),
    labels: { host: 'h', container_id: 'a' },
  };
  return { refId, length: samples.length, fields: [time, value] } as unknown as DataFrame;
}

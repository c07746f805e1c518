import { dateTime, LoadingState, type DataQueryResponse } from '@grafana/data';
import type { LogLine } from '@toposcope/companion/protocol/actions/logs.js';
import { lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import type { LogsQuery } from './logs-query';
import { queryLogs } from './query-logs';

// @grafana/data looks at window while it is being loaded.
vi.hoisted(() => Object.assign(globalThis, { window: globalThis }));

const ID = 'a'.repeat(64);
const QUERY: LogsQuery = { refId: 'A', queryType: 'logs', host: 'h', container: 'shop' };
const [from, to] = [dateTime(1_000_000), dateTime(2_000_500)];
const RANGE = { from, to, raw: { from, to } };

function lineAt(second: number, text: string): LogLine {
  return { time: new Date(second * 1000).toISOString(), stream: 'stdout', line: text };
}

function companionWith(lines: readonly LogLine[], endless = false) {
  const asked: { container: string; selection: object; signal: AbortSignal }[] = [];
  return {
    asked,
    containers: () => Promise.resolve([{ id: ID, name: 'shop', image: '', state: 'running', labels: {} }]),
    async *logs(_: string, container: string, selection: object, signal: AbortSignal) {
      asked.push({ container, selection, signal });
      yield* lines;
      if (endless) {
        await new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('left')));
        });
      }
    },
  };
}

function columns({ data: [frame] }: DataQueryResponse): Record<string, unknown[]> {
  const { fields } = frame as { fields: { name: string; values: Iterable<unknown> }[] };
  return Object.fromEntries(fields.map(({ name, values }) => [name, Array.from(values)]));
}

describe('container logs in Explore', () => {
  it('asks for the time range and gives the lines with their moments and labels', async () => {
    const companion = companionWith([lineAt(1500, 'one'), lineAt(1501, 'two')]);
    const answer = await lastValueFrom(queryLogs(QUERY, { range: RANGE }, companion));
    expect(companion.asked[0]).toMatchObject({
      container: ID,
      selection: { since: '1000.000', until: '2000.500' },
    });
    expect(answer.state).toBe(LoadingState.Done);
    expect(answer.data[0]).toMatchObject({
      refId: 'A',
      meta: { type: 'log-lines', preferredVisualisationType: 'logs' },
    });
    expect(columns(answer)).toMatchObject({
      timestamp: [1_500_000, 1_501_000],
      body: ['one', 'two'],
      labels: [{ host: 'h', container: 'shop', stream: 'stdout' }, { stream: 'stdout' }],
    });
  });

  it('keeps the last thousand lines', async () => {
    const many = Array.from({ length: 1_200 }, (_, index) => lineAt(index, `line ${index}`));
    const { body = [] } = columns(
      await lastValueFrom(queryLogs(QUERY, { range: RANGE }, companionWith(many))),
    );
    expect(body).toHaveLength(1_000);
    expect(body.at(-1)).toBe('line 1199');
  });

  it.each([
    ['a text', { filter: 'a.b' }, { grep: 'a.b' }],
    ['a regular expression', { filter: 'a.b', isRegex: true }, { regex: 'a.b' }],
    ['one stream', { stream: 'stderr' }, { stream: 'stderr' }],
  ] as const)('passes %s on', async (_, change, selection) => {
    const companion = companionWith([]);
    await lastValueFrom(queryLogs({ ...QUERY, ...change }, { range: RANGE }, companion));
    expect(companion.asked[0]?.selection).toMatchObject(selection);
  });

  it('follows the log while Explore is live, and leaves it with Explore', async () => {
    const companion = companionWith([lineAt(1, 'one')], true);
    const states: (LoadingState | undefined)[] = [];
    const seen = new Promise<unknown[]>((resolve) => {
      const subscription = queryLogs(QUERY, { range: RANGE, liveStreaming: true }, companion).subscribe(
        (answer) => {
          states.push(answer.state);
          const { body = [] } = columns(answer);
          if (body.length > 0) {
            subscription.unsubscribe();
            resolve(body);
          }
        },
      );
    });
    expect(await seen).toEqual(['one']);
    expect(companion.asked[0]).toMatchObject({ selection: { follow: true }, signal: { aborted: true } });
    expect(new Set(states)).toEqual(new Set([LoadingState.Streaming]));
  });

  it('says that there is no such container', async () => {
    const answer = queryLogs({ ...QUERY, container: 'gone' }, { range: RANGE }, companionWith([]));
    await expect(lastValueFrom(answer.pipe(toArray()))).rejects.toThrow('h has no container gone now.');
  });
});

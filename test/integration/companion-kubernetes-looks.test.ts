import { beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { DescribeResult } from '../../companion/src/protocol/actions/object.js';
import { until } from '../engines/companion.js';
import { NODE, POD, problemOf, useKubernetesCluster, WEB } from '../engines/kubernetes-cluster.js';

const cluster = useKubernetesCluster();

describe('describing an object', () => {
  it('gives all of it and its events, and hides every value of an environment', async () => {
    const text = await (await cluster.gateway.get('view', WEB)).text();
    expect(text).not.toContain('hunter2');
    const { text: yaml, events } = JSON.parse(text) as DescribeResult;
    expect(parse(yaml)).toMatchObject({
      kind: 'Deployment',
      metadata: { name: 'web', annotations: {} },
      spec: {
        template: { spec: { containers: [{ name: 'web', env: [{ name: 'DB_PASSWORD', value: '***' }] }] } },
      },
    });
    expect(events?.map(({ reason, count }) => [reason, count])).toEqual([
      ['BackOff', 7],
      ['Pulled', 1],
    ]);
    expect(cluster.api.requests.at(-1)).toMatchObject({
      path: '/api/v1/namespaces/shop/events',
      query: { fieldSelector: 'involvedObject.kind=Deployment,involvedObject.uid=u-web' },
    });
  });

  it("looks for a node's events where kubelets write them", async () => {
    await cluster.gateway.get('view', NODE);
    expect(cluster.api.requests.at(-1)).toMatchObject({
      path: '/api/v1/namespaces/default/events',
      query: { fieldSelector: 'involvedObject.kind=Node,involvedObject.name=node-1.example' },
    });
  });

  it('goes without events where the service account may not see them', async () => {
    cluster.api.forbids = ({ path }) => path.endsWith('/events');
    const described = (await (await cluster.gateway.get('view', WEB)).json()) as DescribeResult;
    expect(described).toMatchObject({ text: expect.stringContaining('Deployment') as unknown, events: null });
  });
});

describe('the logs of a pod', () => {
  const stamp = (second: number): string => `2026-01-01T00:00:${String(second).padStart(2, '0')}.000000000Z`;
  const lines = (...written: [number, string][]): string[] =>
    written.map(([second, text]) => `${stamp(second)} ${text}\n`);
  beforeEach(() => {
    cluster.api.logs.set('shop/web-1/migrate', lines([1, 'migrating'], [2, 'migrated']));
    cluster.api.logs.set('shop/web-1/web', lines([3, 'started'], [6, 'GET /'], [7, 'x'.repeat(100_000)]));
    cluster.api.logs.set('shop/web-1/proxy', lines([4, 'listening'], [5, 'error: no route']));
  });
  const read = async (query: string) => {
    const text = await (await cluster.gateway.get('view', `${POD}/logs${query}`)).text();
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as { source: string; line: string; partial?: boolean });
  };

  it('are those of all its containers in the order of time, long lines in parts', async () => {
    const all = await read('');
    expect(all.slice(0, -2).map(({ source, line }) => `${source} ${line}`)).toEqual([
      'migrate migrating',
      'migrate migrated',
      'web started',
      'proxy listening',
      'proxy error: no route',
      'web GET /',
    ]);
    expect(all.slice(-2).map(({ line, partial }) => [line.length, partial])).toEqual([
      [65_536, true],
      [100_000 - 65_536, undefined],
    ]);
  });

  it.each([
    ['?source=proxy', ['listening', 'error: no route']],
    ['?grep=error', ['error: no route']],
    ['?regex=%5Emig.*d%24', ['migrated']],
    [`?until=${stamp(3)}`, ['migrating', 'migrated', 'started']],
    ['?source=web&tail=2&until=2026-01-01T00:00:06Z', ['GET /']],
  ])('can be narrowed by %s', async (query, expected) => {
    expect((await read(query)).map(({ line }) => line)).toEqual(expected);
  });

  it('are asked of the cluster as far as it can narrow them itself', async () => {
    await read('?source=web&tail=2&since=1767225600&previous=true');
    expect(cluster.api.requests.at(-1)).toMatchObject({
      path: '/api/v1/namespaces/shop/pods/web-1/log',
      query: {
        container: 'web',
        timestamps: 'true',
        tailLines: '2',
        sinceTime: '2026-01-01T00:00:00.000Z',
        previous: 'true',
      },
    });
  });

  it('say which container has none yet, and still are those of the others', async () => {
    cluster.api.logs.set('shop/web-1/web', undefined);
    const told = (await read('')).filter(({ source }) => source === 'web');
    expect(told.map(({ line }) => line)).toEqual([expect.stringContaining('waiting to start')]);
    expect(await read('?source=proxy')).toHaveLength(2);
    expect(await problemOf(await cluster.gateway.get('view', `${POD}/logs?source=web`))).toMatchObject({
      code: 'conflict',
      detail: expect.stringContaining('waiting to start') as unknown,
    });
  });

  it('know no container that the pod does not have', async () => {
    expect(await problemOf(await cluster.gateway.get('view', `${POD}/logs?source=vault`))).toMatchObject({
      code: 'object-unknown',
      detail: 'The pod has the containers migrate, web, proxy, and no other.',
    });
  });

  it('are followed as they grow, whichever container writes, and let go when the reader leaves', async () => {
    const left = new AbortController();
    const response = await fetch(`${cluster.gateway.url}/view/v1${POD}/logs?follow=true&tail=0&format=text`, {
      headers: { ...(await cluster.gateway.headers('view')), 'accept-encoding': 'identity' },
      signal: left.signal,
    });
    await until('all containers are followed', () => cluster.api.followers.size === 3);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    for (const container of ['proxy', 'web', 'proxy']) {
      cluster.api.followers.get(`shop/web-1/${container}`)?.write(`${stamp(9)} more\n`);
      expect((await reader?.read())?.value).toBe(`${stamp(9)} ${container} more\n`);
    }
    left.abort();
    await until('nobody follows any more', () => cluster.api.followers.size === 0);
    await until(
      'its end is written down',
      async () => (await cluster.gateway.audit()).at(-1)?.outcome === 'done',
    );
  });

  it('can be saved as a file of that name', async () => {
    const response = await cluster.gateway.get('view', `${POD}/logs?download=true&format=text`);
    expect(response.headers.get('content-disposition')).toMatch(
      /^attachment; filename=pod-web-1-[0-9TZ-]+\.txt$/,
    );
    await response.text();
  });
});

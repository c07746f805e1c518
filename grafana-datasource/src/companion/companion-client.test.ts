import { describe, expect, it } from 'vitest';
import { CompanionClient } from './companion-client';

const ADDRESS = { proxyUrl: '/api/datasources/proxy/uid/topology', tier: 'operate', orgId: 3 } as const;
const ID = 'a'.repeat(64);

interface Asked {
  readonly url: string;
  readonly options: RequestInit;
}

function clientThatAnswers(status: number, body: unknown): { client: CompanionClient; asked: Asked[] } {
  const asked: Asked[] = [];
  const client = new CompanionClient(ADDRESS, (url, options) => {
    asked.push({ url, options });
    return Promise.resolve(new Response(typeof body === 'string' ? body : JSON.stringify(body), { status }));
  });
  return { client, asked };
}

describe('the companion behind the data source proxy', () => {
  it("is asked by the route of the user's tier, in the user's organisation", async () => {
    const { client, asked } = clientThatAnswers(200, { hosts: [] });
    await client.hosts();
    expect(asked).toEqual([
      {
        url: '/api/datasources/proxy/uid/topology/operate/v1/hosts',
        options: { headers: { 'X-Grafana-Org-Id': '3' } },
      },
    ]);
  });

  it('tells the labels of a container, and the names in its environment', async () => {
    const container = {
      id: ID,
      name: 'web',
      image: 'shop/web:3',
      state: 'running',
      labels: { 'com.example.team': 'shop' },
      command: ['serve'],
      environment: { DB_PASSWORD: '***' },
      tty: false,
      pid: 7,
      createdAt: '2026-01-02T03:04:05Z',
      startedAt: null,
      exitCode: null,
      restarts: 0,
      health: null,
      restartPolicy: '',
      networks: [],
      mounts: [],
    };
    const { client, asked } = clientThatAnswers(200, container);
    expect(await client.inspect('web-1', ID)).toEqual(container);
    expect(asked[0]?.url).toMatch(new RegExp(`/operate/v1/hosts/web-1/containers/${ID}$`));
    await expect(clientThatAnswers(200, { id: ID }).client.inspect('web-1', ID)).rejects.toThrow(
      'different versions',
    );
  });

  it('does something by POST', async () => {
    const { client, asked } = clientThatAnswers(200, { state: 'running' });
    await client.act('web-1', ID, { action: 'restart' });
    expect(asked[0]?.url).toMatch(new RegExp(`/operate/v1/hosts/web-1/containers/${ID}/actions$`));
    expect(asked[0]?.options).toMatchObject({ method: 'POST', body: '{"action":"restart"}' });
  });

  it.each(['../../../../api/user', '..', 'a%2e', 'a#b', ''])(
    'is asked nothing about a host with the name "%s", which could lead elsewhere',
    async (host) => {
      const { client, asked } = clientThatAnswers(200, {});
      await expect(client.containers(host)).rejects.toThrow('a name like that');
      await expect(client.act(host, ID, { action: 'stop' })).rejects.toThrow('a name like that');
      expect(() => client.terminalUrl(host, ID)).toThrow('a name like that');
      expect(asked).toEqual([]);
    },
  );

  it('gives the lines of a log', async () => {
    const line = { time: '2026-01-02T03:04:05.6Z', stream: 'stderr', line: 'so' };
    const { client, asked } = clientThatAnswers(200, `${JSON.stringify(line)}\n`);
    const lines = [];
    for await (const each of client.logs('h', ID, { tail: 5, follow: true }, new AbortController().signal)) {
      lines.push(each);
    }
    expect(lines).toEqual([line]);
    expect(asked[0]?.url).toMatch(/\/logs\?tail=5&follow=true$/);
  });

  it.each([
    [
      'the gateway in its own words',
      403,
      {
        type: 'x',
        title: 't',
        status: 403,
        code: 'policy-refused',
        detail: 'No rule of the policy allows it.',
      },
      'No rule of the policy allows it.',
    ],
    [
      'Grafana',
      403,
      { message: 'plugin proxy route access denied' },
      /Grafana does not let you: plugin proxy/,
    ],
    ['nobody', 502, '', /does not answer: is its gateway running/],
    ['another version', 200, { hosts: 'many' }, /different versions/],
  ])('says why not when the answer is of %s', async (_, status, body, message) => {
    await expect(clientThatAnswers(status, body).client.hosts()).rejects.toThrow(message);
  });
});

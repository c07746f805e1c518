import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { asProblem, Problem, problemFromAgent, PROBLEMS } from './problems.js';

describe('a problem', () => {
  it('survives being sent', () => {
    const sent: unknown = JSON.parse(
      JSON.stringify(new Problem('conflict', 'It runs.').of('a-1').toDocument()),
    );
    expect(sent).toEqual({
      type: 'urn:toposcope:problem:conflict',
      title: PROBLEMS.conflict.title,
      status: 409,
      detail: 'It runs.',
      code: 'conflict',
      attempt: 'a-1',
    });
    expect(problemFromAgent(sent)).toMatchObject({ code: 'conflict', message: 'It runs.' });
  });

  it('that is none tells nothing of itself', () => {
    const document = JSON.stringify(asProblem(new Error('secret /etc/passwd')).toDocument());
    expect(document).not.toContain('secret');
    expect(problemFromAgent({ status: 200 })).toMatchObject({ code: 'agent-lost' });
  });

  it.each(['audit-failed', 'rate-limited', 'token-refused', 'policy-refused', 'read-only'] as const)(
    'that only a gateway can have is not believed of an agent: %s',
    (code) => {
      const said = new Problem(code, 'So they say.').toDocument();
      expect(problemFromAgent(said)).toMatchObject({ code: 'agent-lost' });
    },
  );

  it('of an agent is no longer than somebody reads', () => {
    const said = new Problem('engine-failed', 'x'.repeat(1_000_000)).toDocument();
    expect(problemFromAgent(said).message).toHaveLength(1000);
  });

  it('is never a 401, which the data source proxy would turn into something else', () => {
    expect(Object.values(PROBLEMS).map(({ status }) => status as number)).not.toContain(401);
  });
});

describe('the page on security', () => {
  it('has each code with its status and meaning, and no other', () => {
    const page = readFileSync(new URL('../../../docs/security.md', import.meta.url), 'utf8');
    const rows = Array.from(
      page.matchAll(/^\| `([a-z-]+)`\s*\| (\d{3})\s*\| (.*?)\s*\|$/gm),
      ([, ...row]) => row,
    );
    expect(rows).toEqual(
      Object.entries(PROBLEMS).map(([code, { status, title }]) => [code, String(status), title]),
    );
  });
});

import { expect, it } from 'vitest';
import { paneOf } from './pane';

const search = (panes: unknown) => new URLSearchParams({ schemaVersion: '1', panes: JSON.stringify(panes) });

it('reads the query and the range of a link to Explore', () => {
  const pane = paneOf(
    search({ a: { queries: [{ expr: 'up{job="x"}' }], range: { from: 'now-1h', to: '61000' } } }),
  );
  expect(pane?.expr).toBe('up{job="x"}');
  expect(String(pane?.range)).toBe('from=now-1h&to=61000');
});

it.each([[undefined], [7], [null], [{ from: {}, to: null }]])('has no bounds in the range %j', (range) => {
  expect(String(paneOf(search({ a: { queries: [{ expr: 'up' }], range } }))?.range)).toBe('');
});

it.each([['nothing'], [{}], [{ a: null }], [{ a: { queries: [] } }], [{ a: { queries: [{ expr: 7 }] } }]])(
  'finds no query in %j',
  (panes) => {
    expect(paneOf(search(panes))).toBeUndefined();
  },
);

it('finds no query in what is not JSON', () => {
  expect(paneOf(new URLSearchParams('panes={'))).toBeUndefined();
});

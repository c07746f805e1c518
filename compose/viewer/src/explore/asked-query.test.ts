import { expect, it } from 'vitest';
import { queryIn, searchWith } from './asked-query';

const QUERY = {
  refId: 'A',
  queryType: 'topology',
  view: 'custom',
  custom: { edges: [{ expr: 'up{a="&"}' }] },
};

it('finds in an address the query that was put there, beside what else there was', () => {
  const search = searchWith('?from=now-1h&query=%7B%7D', { ...QUERY, datasource: { uid: 'x' } });
  expect(new URLSearchParams(search).get('from')).toBe('now-1h');
  expect(queryIn(`?${search}`)).toEqual(QUERY);
});

it.each(['', '?query=', '?query=%7B', '?query=7', '?query=null', '?query=[]'])(
  'finds no query in “%s”',
  (search) => {
    expect(queryIn(search)).toBeUndefined();
  },
);

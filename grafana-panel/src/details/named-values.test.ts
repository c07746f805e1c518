import { expect, it } from 'vitest';
import { namedValues, withPart } from './named-values';

it.each([
  { text: 'team=shop', row: ['team', 'shop'] },
  { text: 'rule=Host(`a`)&&x=1', row: ['rule', 'Host(`a`)&&x=1'] },
  { text: 'empty=', row: ['empty', ''] },
  { text: 'bare', row: ['bare', ''] },
])('reads $text as $row', ({ text, row }) => {
  expect(namedValues([text])).toEqual([row]);
});

it.each([
  { part: '', names: ['com.example.Team', 'version'] },
  { part: 'team', names: ['com.example.Team'] },
  { part: ' 4.1 ', names: ['version'] },
  { part: 'nothing', names: [] },
])('finds "$part" in names and values', ({ part, names }) => {
  const rows = namedValues(['com.example.Team=shop', 'version=4.1']);
  expect(withPart(rows, part).map(([name]) => name)).toEqual(names);
});

import { expect, it } from 'vitest';
import { edgeOf, nodeOf, topologyOf } from '../scene/topology.fixture';
import { columnsOf, rowsOf, sorted } from '../table/columns';
import { csvOfTable } from './csv';

it('holds numbers that can be added up, with their units in the head', async () => {
  const metric = (key: string, label: string, unit: string, value: number | null) => ({
    ...{ key, label, unit, value, limit: null, expr: '' },
  });
  const topology = topologyOf(
    [
      nodeOf('db, main', {
        facts: [{ key: 'image', label: 'Image', values: ['=postgres'] }],
        metrics: [metric('cpu', 'CPU', 'suffix:cores', 0.125), metric('memory', 'Memory', 'bytes', 335_872)],
      }),
      nodeOf('web', {
        metrics: [metric('cpu', 'CPU', 'suffix:cores', null), metric('busy', 'Busy', 'percentunit', 0.5)],
      }),
    ],
    [edgeOf('web', 'db, main', { requestBytes: 10, responseBytes: 20 })],
  );
  const columns = columnsOf(topology);
  const text = await csvOfTable(columns, sorted(rowsOf(topology), columns, '')).text();
  expect(text.split('\r\n')).toEqual([
    'Name,State,Image,CPU (cores),Memory (bytes),Busy (share),Called by,Calls,Traffic (bytes/s)',
    `"db, main",running,'=postgres,0.125,335872,,1,0,30`,
    'web,running,,,,0.5,0,1,30',
    '',
  ]);
});

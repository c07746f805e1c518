import { describe, expect, it } from 'vitest';
import { type ContainerEvent, containerEvents, type EventAnswers, type Series } from './container-events';
import { eventsFrame } from './events-frame';
import type { EventKind } from './events-query';

const PERIOD = { from: 1_000_000, to: 2_000_000, kinds: [] };

describe('what happened to containers', () => {
  it.each<[string, EventAnswers, readonly string[]]>([
    ['nothing where Prometheus has nothing', {}, []],
    [
      'a start at the moment that the runtime names, not at the step at which it was seen',
      { started: [series('a', [1_230_000, 1_200.5])] },
      ['1200500 start a x1'],
    ],
    [
      'each start once, though a host was lost and is back',
      { started: [series('a', [1_230_000, 1200], [1_500_000, 1200])] },
      ['1200000 start a x1'],
    ],
    ['no start of before', { started: [series('a', [1_030_000, 900])] }, []],
    [
      'a restart where the policy counted one',
      {
        started: [series('a', [1_230_000, 1200], [1_500_000, 1200])],
        restarted: [series('a', [1_230_000, 3])],
      },
      ['1200000 restart a x3'],
    ],
    [
      'a restart that was counted before it was seen to run',
      { restarted: [series('a', [1_230_000, 1])] },
      ['1230000 restart a x1'],
    ],
    [
      'a stop with its exit code',
      { stopped: [series('a', [1_230_000, 1])], exitCodes: [series('a', [1_230_000, 137])] },
      ['1230000 stop a x1 exit 137'],
    ],
    ['a stop with which all is gone', { removed: [series('a', [1_230_000, 1])] }, ['1230000 stop a x1 gone']],
    ['how many processes were killed', { killed: [series('a', [1_230_000, 2])] }, ['1230000 oom a x2']],
    [
      'all in the order of time, and at one time in that of names',
      {
        started: [series('b', [1_230_000, 1200]), series('a', [1_230_000, 1200])],
        killed: [series('c', [1_110_000, 1], [1_300_000, 1])],
      },
      ['1110000 oom c x1', '1200000 start a x1', '1200000 start b x1', '1300000 oom c x1'],
    ],
    ['nothing of samples that are no numbers', { killed: [series('a', [1_230_000, NaN])] }, []],
  ])('is %s', (_, answers, expected) => {
    expect(containerEvents(answers, PERIOD).map(textOf)).toEqual(expected);
  });

  it('is of the kinds that are asked for, where one question answers two', () => {
    const answers = {
      started: [series('a', [1_230_000, 1200]), series('b', [1_230_000, 1200])],
      restarted: [series('a', [1_230_000, 1])],
    };
    const kinds = (...wanted: EventKind[]) =>
      containerEvents(answers, { ...PERIOD, kinds: wanted }).map(({ container }) => container);
    expect([kinds('start'), kinds('restart'), kinds('start', 'restart')]).toEqual([['b'], ['a'], ['a', 'b']]);
  });
});

describe('the frame of events', () => {
  const EVENTS: readonly ContainerEvent[] = [
    { kind: 'start', host: 'h', container: 'a1', at: 1000, count: 1 },
    { kind: 'restart', host: 'h', container: 'a1', at: 2000, count: 2 },
    { kind: 'stop', host: 'h', container: 'a1', at: 3000, count: 1, exitCode: 0 },
    { kind: 'stop', host: 'h', container: 'b1', at: 4000, count: 1, isGone: true },
    { kind: 'oom', host: 'h', container: 'a1', at: 5000, count: 1 },
  ];
  const SUBJECTS = new Map([['h/a1', { name: 'db', image: 'postgres:16', namespace: 'shop' }]]);

  it('says what annotations read: moment, title, text and tags', () => {
    const frame = eventsFrame('A', { events: EVENTS, omitted: 0, subjects: SUBJECTS, step: 30 });
    const [times = [], texts = [], titles = [], tags = [], levels = []] = frame.fields.map(
      ({ values }) => values as unknown[],
    );
    expect(frame.fields.slice(0, 4).map(({ name }) => name)).toEqual(['time', 'text', 'title', 'tags']);
    expect(EVENTS.map((_, row) => [times[row], titles[row], texts[row], tags[row], levels[row]])).toEqual([
      [1000, 'Started: db', 'db on h started.', 'start,h,db,shop', 'info'],
      [
        2000,
        'Restarted: db',
        'db on h was restarted 2 times by the runtime’s restart policy.',
        'restart,h,db,shop',
        'warning',
      ],
      [
        3000,
        'Stopped: db',
        'db on h stopped with exit code 0, at most 30 s before.',
        'stop,h,db,shop',
        'info',
      ],
      [4000, 'Stopped: b1', 'b1 on h ended and was removed, at most 30 s before.', 'stop,h,b1', 'info'],
      [
        5000,
        'Out of memory: db',
        'db on h ran out of memory: the kernel killed a process of it, at most 30 s before.',
        'oom,h,db,shop',
        'error',
      ],
    ]);
  });

  it('is of lines, whose first text is the line, where Explore asks', () => {
    const { meta, fields } = eventsFrame('A', { events: EVENTS, omitted: 0, subjects: SUBJECTS, step: 30 });
    expect(meta?.preferredVisualisationType).toBe('logs');
    expect(fields.find(({ type }) => (type as string) === 'string')?.name).toBe('text');
  });

  it('says in its first row, and as a notice, how much is left out and what to do', () => {
    const { fields, length, meta } = eventsFrame('A', {
      events: EVENTS,
      omitted: 7,
      subjects: SUBJECTS,
      step: 30,
    });
    const cut =
      'Only the latest 5 of 12 events are shown. Choose hosts, namespaces or containers, or a shorter time range, to see the others.';
    expect([length, ...fields.map(({ values }) => values[0] as unknown)].slice(0, 4)).toEqual([
      6,
      1000,
      cut,
      'Earlier events are left out',
    ]);
    expect(meta?.notices).toEqual([{ severity: 'warning', text: cut }]);
  });
});

function series(container: string, ...samples: readonly [number, number][]): Series {
  return {
    labels: { host: 'h', container_id: container },
    times: samples.map(([time]) => time),
    values: samples.map(([, value]) => value),
  };
}

function textOf({ at, kind, container, count, exitCode, isGone = false }: ContainerEvent): string {
  const how = exitCode === undefined ? '' : ` exit ${exitCode}`;
  return `${at} ${kind} ${container} x${count}${how}${isGone ? ' gone' : ''}`;
}

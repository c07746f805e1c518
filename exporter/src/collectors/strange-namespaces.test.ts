import { beforeEach, describe, expect, it } from 'vitest';
import type { ContainerId } from '../contract/ids.js';
import { ANY_CONTAINER } from './namespace-census.js';
import { StrangeNamespaces, type Addressed } from './strange-namespaces.js';

const ADDRESS = '10.0.0.7';

function container(id: string, startedSeconds = 1, ip = ADDRESS): Addressed {
  return { id: id.repeat(12) as ContainerId, startedSeconds, addresses: [{ network: 'bridge', ip }] };
}

describe('StrangeNamespaces', () => {
  const first = container('1');
  const next = container('2', 2);
  let now: number;
  let strangers: StrangeNamespaces;

  beforeEach(() => {
    now = 1_000;
    strangers = new StrangeNamespaces(
      () => now,
      () => now,
    );
    strangers.learn([first]);
  });

  function at(time: number, containers: readonly Addressed[]): void {
    now = time;
    strangers.learn(containers);
  }

  function whose(heardAt: number): ContainerId | undefined {
    return strangers.namespaceOf(ADDRESS, heardAt)?.soleOccupant;
  }

  it('gives what was heard from an address to the container that has it', () => {
    expect(whose(1_000)).toBe(first.id);
    expect(strangers.namespaceOf('10.0.0.8', 1_000)).toBeUndefined();
  });

  it('gives it to nobody alone when another may have joined it, for a while', () => {
    expect(whose(1_000)).toBe(first.id);
    strangers.noteJoining(first.id, next.id);
    expect([...(strangers.namespaceOf(ADDRESS, 1_000)?.occupants ?? [])]).toEqual([first.id, next.id]);
    at(20_000, [first]);
    const third = container('3').id;
    strangers.noteJoining(first.id, third);
    expect(whose(20_000)).toBeUndefined();
    at(40_000, [first]);
    expect([...(strangers.namespaceOf(ADDRESS, 40_000)?.occupants ?? [])]).toEqual([first.id, third]);
    at(60_000, [first]);
    expect(whose(60_000)).toBe(first.id);
  });

  it('lets what waits know who has joined it meanwhile, and whoever may have joined anybody', () => {
    const kept = strangers.namespaceOf(ADDRESS, 1_000);
    at(2_000, [first]);
    strangers.noteJoining(first.id, next.id);
    expect([...(kept?.occupants ?? [])]).toEqual([first.id, next.id]);
    const third = container('3').id;
    strangers.noteJoining(ANY_CONTAINER, third);
    expect([...(kept?.occupants ?? [])]).toEqual([first.id, next.id, third]);
  });

  it.each([
    ['just after its end', 3_100, true],
    ['later: another may have come and gone that nobody saw', 3_201, false],
  ])('gives it what was heard %s', (_, heardAt, isGiven) => {
    strangers.noteEnd(first, 3_000);
    at(3_050, []);
    expect(whose(heardAt)).toBe(isGiven ? first.id : undefined);
  });

  it.each([
    ['nothing of what was heard before it began: another had the address then that nobody saw', 699, false],
    ['what was heard while the engine had not yet noted its start', 700, true],
  ])('gives it %s', (_, heardAt, isGiven) => {
    at(3_000, [first]);
    expect(whose(heardAt)).toBe(isGiven ? first.id : undefined);
  });

  it('takes it to have ended when it was last seen, where the runtime did not say when', () => {
    at(2_000, [first]);
    at(9_000, []);
    expect([whose(2_100), whose(3_000)]).toEqual([first.id, undefined]);
  });

  it('says nothing for a while when another has the address, then that it is the other’s', () => {
    at(5_000, [next]);
    expect(whose(5_000)).toBeUndefined();
    at(34_000, [next]);
    expect(whose(34_000)).toBeUndefined();
    at(35_000, [next]);
    expect(whose(35_000)).toBe(next.id);
  });

  it('knows a container that was started again', () => {
    strangers.noteEnd(first, 2_000);
    at(4_000, [{ ...first, startedSeconds: 4 }]);
    expect(whose(4_000)).toBe(first.id);
  });

  it('forgets a container after a while', () => {
    at(31_001, []);
    expect(whose(1_000)).toBeUndefined();
  });
});

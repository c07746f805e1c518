import { beforeEach, describe, expect, it } from 'vitest';
import { NO_CONTAINER, type ContainerId } from '../contract/ids.js';
import type { Container } from '../runtimes/container.js';
import { JoinableNamespaces } from './joinable-namespaces.js';

const BASE = container('a', 'bridge');

function container(digit: string, networkMode: string): Container {
  const some: Partial<Container> = {
    id: digit.repeat(12) as ContainerId,
    fullId: digit.repeat(64),
    name: `name-${digit}`,
    networkMode,
  };
  return some as Container;
}

describe('JoinableNamespaces', () => {
  let containers: readonly Container[];
  let isMaking: boolean;
  let joinable: JoinableNamespaces;

  beforeEach(() => {
    containers = [BASE, container('b', 'bridge')];
    isMaking = false;
    joinable = new JoinableNamespaces([{ containers: () => containers, isMaking: () => isMaking }]);
  });

  it.each([
    ['by its id', `container:${BASE.fullId}`],
    ['by its name', 'container:name-a'],
  ])('knows the container that another names as its network, %s, running or not', (_, networkMode) => {
    expect(joinable.mayBeJoined({ soleOccupant: BASE.id }, false)).toBe(false);
    containers = [...containers, container('c', networkMode)];
    expect(joinable.mayBeJoined({ soleOccupant: BASE.id }, false)).toBe(true);
    expect(joinable.mayBeJoined({ soleOccupant: containers[1]?.id }, false)).toBe(false);
    expect(joinable.hostOf(container('c', networkMode))).toBe(BASE.id);
    containers = containers.slice(0, 2);
    expect(joinable.mayBeJoined({ soleOccupant: BASE.id }, false)).toBe(false);
  });

  it('knows the id of one that is not listed yet', () => {
    const host = 'f'.repeat(64);
    expect(joinable.hostOf(container('c', `container:${host}`))).toBe(host.slice(0, 12));
    expect(joinable.hostOf(container('c', 'container:some-name'))).toBeUndefined();
  });

  it('trusts no container to be alone while one is made of which nothing is known', () => {
    isMaking = true;
    expect(joinable.mayBeJoined({ soleOccupant: BASE.id }, true)).toBe(false);
    expect(joinable.mayBeJoined({ soleOccupant: BASE.id }, false)).toBe(true);
    expect(joinable.mayBeJoined({ soleOccupant: NO_CONTAINER }, false)).toBe(false);
    expect(joinable.mayBeJoined({ soleOccupant: undefined }, false)).toBe(false);
  });
});

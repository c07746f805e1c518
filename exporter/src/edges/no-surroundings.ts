import type { Surroundings } from './surroundings.js';

/** Surroundings of which nothing is known, and where nobody joins anybody: what tests and benchmarks begin with. */
export const NO_SURROUNDINGS: Surroundings = {
  ownerOfInode: () => undefined,
  ownerOfCgroup: () => undefined,
  actualDestination: () => undefined,
  actualSource: () => undefined,
  proxyTarget: () => undefined,
  nameOf: () => '',
  strangerAt: () => undefined,
  mayBeJoined: () => false,
  mayBeJoinedUnseen: () => false,
  isInhabited: () => true,
};

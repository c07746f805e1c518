import { REGISTER } from './collectors/registry.js';
import type { CollectorName } from './contract/family.js';
import { switchFlag, type Flag } from './flags.js';
import { FLAGS } from './options.js';

/** One switch a collector: `--no-collector.NAME` leaves it out. */
export const COLLECTOR_FLAGS: ReadonlyMap<CollectorName, Flag<boolean>> = new Map(
  [...REGISTER, { name: 'self' as const, about: 'The exporter itself.' }].map(({ name, about }) => [
    name,
    switchFlag(`collector.${name}`, true, about),
  ]),
);

/** Every flag, the collectors' switches last: the order of the help and of the README. */
export const ALL_FLAGS: readonly Flag[] = [...Object.values<Flag>(FLAGS), ...COLLECTOR_FLAGS.values()];

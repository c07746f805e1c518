import * as connection from './connection-families.js';
import * as container from './container-families.js';
import type { Family } from './family.js';
import * as host from './host-families.js';
import * as process from './process-families.js';
import * as self from './self-families.js';

/** Every family of the contract, in the order of the reference page. */
export const FAMILIES: readonly Family[] = [host, container, process, connection, self].flatMap((module) =>
  Object.values(module).filter(isFamily),
);

function isFamily(value: unknown): value is Family {
  return typeof value === 'object' && value !== null && 'collector' in value && 'exists' in value;
}

import { containerInfo } from '@toposcope/exporter/contract/container-families.js';
import { join, onePer } from '../promql/labels.js';
import { matches, select } from '../promql/select.js';
import { CONTAINER } from '../rules/recordings/keys.js';
import { drillDown, field, label } from './places.js';
import { HERE } from './targets.js';

/** Gives the series of containers their names, and keeps those that the variable `container` selects. */
export function chosen(expr: string): string {
  return byName(expr, onePer(CONTAINER, select(containerInfo, { ...HERE, name: matches('$container') })));
}

/** Gives the series of containers their names. */
export function named(expr: string): string {
  return byName(expr, onePer(CONTAINER, select(containerInfo, HERE)));
}

export const CONTAINER_LEGEND = '{{name}} · {{host}}';

export const containerOfSeries = {
  title: 'Container',
  url: drillDown('container', { host: label('host'), container: label('name') }),
};

/** For a table with the columns Host and Container. */
export const containerOfRow = {
  title: 'Container',
  url: drillDown('container', { host: field('Host'), container: field('Container') }),
};

export const hostOfRow = { title: 'Host', url: drillDown('host', { host: field('Host') }) };

function byName(expr: string, info: string): string {
  return join(`(${expr})`, CONTAINER, ['name'], info);
}

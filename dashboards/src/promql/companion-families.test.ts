import { expect, it } from 'vitest';
import { Metrics } from '../../../companion/src/gateway/metrics.js';
import { Register } from '../../../companion/src/gateway/register.js';
import { COMPANION, COMPANION_LABELS } from './companion-families.js';

it('names the gateway’s metrics and their labels as the gateway itself does', () => {
  const { registry } = new Metrics(new Register(), () => undefined);
  const told = (registry.getMetricsAsArray() as unknown as { name: string; labelNames: string[] }[]).map(
    ({ name, labelNames }) => [name, labelNames] as const,
  );
  const expected = Object.entries(COMPANION).map(([key, name]) => [
    name,
    COMPANION_LABELS[key as keyof typeof COMPANION],
  ]);
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(expected));
});

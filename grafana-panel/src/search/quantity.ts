import type { Quantity } from './expression';

const THOUSANDS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  K: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
  Ti: 1024 ** 4,
};

const SECONDS: Readonly<Record<string, number>> = {
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  min: 60,
  h: 3_600,
  d: 86_400,
  w: 604_800,
};

/** `50%`, `1.5k`, `200MiB`, `10 MB/s`, `30ms`, `2d`. Undefined: not a number with a unit that is known. */
export function parseQuantity(text: string): Quantity | undefined {
  const [, digits = '', unit = ''] = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*(\S*)$/i.exec(text) ?? [];
  const number = Number(digits);
  if (digits === '' || !Number.isFinite(number)) {
    return undefined;
  }
  if (unit === '%') {
    return { value: number / 100, dimension: 'percent' };
  }
  const seconds = SECONDS[unit];
  if (seconds !== undefined) {
    return { value: number * seconds, dimension: 'seconds' };
  }
  const scale = THOUSANDS[unit.replace(/(?:\/s|ps)$/, '').replace(/B$/, '')];
  return scale === undefined ? undefined : { value: number * scale, dimension: 'plain' };
}

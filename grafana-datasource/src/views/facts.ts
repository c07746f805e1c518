import type { Fact } from '../graph/topology';

/** A fact, or nothing where there is no value. */
export function fact(key: string, label: string, ...values: readonly string[]): readonly Fact[] {
  const present = values.filter((value) => value !== '');
  return present.length === 0 ? [] : [{ key, label, values: present }];
}

/** A moment in Unix seconds, or nothing where it is not known. */
export function moment(key: string, label: string, seconds: number | undefined): readonly Fact[] {
  return seconds === undefined ? [] : [{ key, label, values: [String(seconds)], format: 'time' }];
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** As many values as can be looked through, and how many more there are. */
export function few(values: readonly string[], most = 20): readonly string[] {
  return values.length > most ? [...values.slice(0, most), `and ${values.length - most} more`] : values;
}

import { compareText } from './order';
import { ROWS_A_STEP, type Steps } from './steps';
import { label, sample, type Vector } from './vector';

/** Reads a label of the current row. */
export type Read = (name: string) => string;

/** Visits the rows of a vector, pausing now and then. No vector has no rows. */
export function* eachRow(
  vector: Vector | undefined,
  visit: (read: Read, value: number | undefined, row: number) => void,
): Steps<void> {
  if (vector === undefined) {
    return;
  }
  const columns = new Map([...vector.labels.keys()].map((name) => [name, label(vector, name)]));
  let row = 0;
  const read: Read = (name) => columns.get(name)?.(row) ?? '';
  for (; row < vector.size; row++) {
    visit(read, sample(vector, row), row);
    if (row % ROWS_A_STEP === 0) {
      yield;
    }
  }
}

/** Samples by the labels that name what they measure, joined by `/`. The greater one where two rows say the same. */
export function* numbersBy(
  vector: Vector | undefined,
  names: readonly string[],
): Steps<ReadonlyMap<string, number>> {
  const numbers = new Map<string, number>();
  if (vector === undefined) {
    return numbers;
  }
  const key = keys(vector, names);
  for (let row = 0; row < vector.size; row++) {
    const value = sample(vector, row);
    const name = key(row);
    if (value !== undefined && value > (numbers.get(name) ?? -Infinity)) {
      numbers.set(name, value);
    }
    if (row % ROWS_A_STEP === 0) {
      yield;
    }
  }
  return numbers;
}

/** Distinct texts, sorted, by the labels of what they describe, joined by `/`. Empty ones are left out. */
export function* textsBy(
  vector: Vector | undefined,
  names: readonly string[],
  text: (read: Read) => string,
): Steps<ReadonlyMap<string, readonly string[]>> {
  const texts = new Map<string, string[]>();
  const key = vector === undefined ? () => '' : keys(vector, names);
  yield* eachRow(vector, (read, _, row) => {
    const value = text(read);
    if (value === '') {
      return;
    }
    const name = key(row);
    const known = texts.get(name);
    if (known?.includes(value) !== true) {
      texts.set(name, known === undefined ? [value] : [...known, value].sort(compareText));
    }
  });
  return texts;
}

/** The labels of a row, joined by `/`. */
function keys(vector: Vector, names: readonly string[]): (row: number) => string {
  const [first = () => '', ...others] = names.map((name) => label(vector, name));
  return (row) => {
    let key = first(row);
    for (const column of others) {
      key += `/${column(row)}`;
    }
    return key;
  };
}

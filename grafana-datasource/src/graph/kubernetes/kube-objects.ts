import { exportedName } from '../../promql/own-labels';
import type { Read } from '../indexes';
import { compareText } from '../order';
import { ROWS_A_STEP, type Steps } from '../steps';
import { label, sample, type Vector } from '../vector';

/** Which series are meant. */
type Fits = (read: Read, value: number) => boolean;

/** One series of kube-state-metrics. */
export interface KubeRow {
  readonly family: string;
  readonly cluster: string;
  readonly value: number;
  /** Its own labels, whatever Prometheus made of their names. */
  readonly read: Read;
}

/** What kube-state-metrics says of one object. */
export class KubeObject {
  readonly cluster: string;
  /** Empty for what belongs to the whole cluster. */
  readonly namespace: string;
  readonly name: string;
  readonly #series = new Map<string, { labels: ReadonlyMap<string, string>; value: number }[]>();

  constructor(cluster: string, namespace: string, name: string) {
    this.cluster = cluster;
    this.namespace = namespace;
    this.name = name;
  }

  add(family: string, labels: ReadonlyMap<string, string>, value: number): void {
    const known = this.#series.get(family);
    if (known === undefined) {
      this.#series.set(family, [{ labels, value }]);
    } else {
      known.push({ labels, value });
    }
  }

  has(family: string): boolean {
    return this.#series.has(family);
  }

  /** The family's sample, of the series that fit; the greatest where there are several. */
  number(family: string, fits?: Fits): number | undefined {
    const values = this.#rows(family, fits).map(({ value }) => value);
    return values.length === 0 ? undefined : Math.max(...values);
  }

  /** A label's first value in the order of texts; empty where no series carries it. */
  text(family: string, name: string, fits?: Fits): string {
    return this.texts(family, (read) => read(name), fits)[0] ?? '';
  }

  /** What is made of each series, distinct and sorted; empty texts are left out. */
  texts(family: string, text: (read: Read) => string, fits?: Fits): readonly string[] {
    const texts = this.#rows(family, fits).map(({ labels }) => text((name) => labels.get(name) ?? ''));
    return [...new Set(texts)].filter((value) => value !== '').sort(compareText);
  }

  #rows(family: string, fits: Fits = () => true) {
    const series = this.#series.get(family) ?? [];
    return series.filter(({ labels, value }) => fits((name) => labels.get(name) ?? '', value));
  }
}

/** All objects that the answers speak of, by `kubeKey`; `name` is the label that names them. */
export function* readKubeObjects(
  vectors: readonly (Vector | undefined)[],
  clusterLabel: string,
  name: string,
): Steps<Map<string, KubeObject>> {
  const objects = new Map<string, KubeObject>();
  for (const vector of vectors) {
    const names = [...(vector?.labels.keys() ?? [])].filter((column) => !column.startsWith('exported_'));
    const own = new Set([...names, ...ownNames(vector)]);
    yield* eachKubeRow(vector, clusterLabel, ({ family, cluster, value, read }) => {
      if (read(name) === '') {
        return;
      }
      const key = kubeKey(cluster, read('namespace'), read(name));
      let object = objects.get(key);
      if (object === undefined) {
        object = new KubeObject(cluster, read('namespace'), read(name));
        objects.set(key, object);
      }
      const labels = new Map<string, string>();
      for (const column of own) {
        const text = read(column);
        if (text !== '') {
          labels.set(column, text);
        }
      }
      object.add(family, labels, value);
    });
  }
  return objects;
}

/** Visits the series of one answer. */
export function* eachKubeRow(
  vector: Vector | undefined,
  clusterLabel: string,
  visit: (row: KubeRow) => void,
): Steps<void> {
  if (vector === undefined) {
    return;
  }
  const read = ownReader(vector);
  const [family, cluster] = [label(vector, '__name__'), label(vector, clusterLabel)];
  for (let row = 0; row < vector.size; row++) {
    const value = sample(vector, row);
    if (value !== undefined) {
      visit({ family: family(row), cluster: cluster(row), value, read: (name) => read(name, row) });
    }
    if (row % ROWS_A_STEP === 0) {
      yield;
    }
  }
}

export function kubeKey(cluster: string, namespace: string, name: string): string {
  return `${cluster}\n${namespace}\n${name}`;
}

/**
 * Reads labels that Prometheus may have renamed because the target has some of the same names. Where a target has them,
 * its value stands for an own label that is empty, and must not be taken for it.
 */
function ownReader(vector: Vector): (name: string, row: number) => string {
  const renamed = new Map(ownNames(vector).map((name) => [name, label(vector, exportedName(name))] as const));
  const columns = new Map([...vector.labels.keys()].map((name) => [name, label(vector, name)] as const));
  const isRenamed = (row: number) => [...renamed.values()].some((read) => read(row) !== '');
  return (name, row) => {
    const exported = renamed.get(name);
    const own = exported?.(row) ?? '';
    if (own !== '' || (exported !== undefined && isRenamed(row))) {
      return own;
    }
    return columns.get(name)?.(row) ?? '';
  };
}

/** The labels that some row has under its renamed name. */
function ownNames(vector: Vector | undefined): readonly string[] {
  return [...(vector?.labels ?? [])]
    .filter(([name, column]) => name.startsWith('exported_') && Array.from(column).some(Boolean))
    .map(([name]) => name.slice('exported_'.length));
}

import { parseImageReference } from '../graph/image-reference';
import { compareText } from '../graph/order';
import type { Fact } from '../graph/topology';
import { fact } from './facts';

/**
 * The fact that one workload runs several versions of an image: each repository with its tags and how many containers run
 * each. Nothing where every repository has one version.
 *
 * @param images The reference of every container's image.
 */
export function versionDrift(images: readonly string[]): readonly Fact[] {
  const repositories = new Map<string, Map<string, number>>();
  for (const image of images) {
    const [repository, version] = split(image);
    const versions = repositories.get(repository) ?? new Map<string, number>();
    repositories.set(repository, versions.set(version, (versions.get(version) ?? 0) + 1));
  }
  const drifted = [...repositories]
    .filter(([repository, versions]) => repository !== '' && versions.size > 1)
    .sort(([a], [b]) => compareText(a, b));
  return fact(
    'version_drift',
    'Version drift',
    ...drifted.map(([repository, versions]) => `${repository}: ${counted(versions)}`),
  );
}

function counted(versions: ReadonlyMap<string, number>): string {
  return [...versions]
    .sort(([a], [b]) => compareText(a, b))
    .map(([version, count]) => `${version} (${count})`)
    .join(', ');
}

function split(image: string): readonly [repository: string, version: string] {
  const { name, digest } = parseImageReference(image);
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  if (colon >= 0) {
    return [name.slice(0, colon), name.slice(colon + 1)];
  }
  return [name, digest === '' ? 'latest' : digest.slice(0, digest.indexOf(':') + 13)];
}

import { describe, expect, it } from 'vitest';
import { versionDrift } from './version-drift';

const DIGEST = `sha256:${'ab'.repeat(32)}`;

describe('versionDrift', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['nothing of one version', ['app:1', 'app:1'], []],
    ['nothing of two images of one version each', ['app:1', 'proxy:2'], []],
    ['how many run each version', ['app:1', 'app:2', 'app:1'], ['app: 1 (2), 2 (1)']],
    ['each repository by itself', ['b:1', 'b:2', 'a:1', 'a:3'], ['a: 1 (1), 3 (1)', 'b: 1 (1), 2 (1)']],
    ['no tag as the latest', ['app', 'docker.io/library/app:latest', 'app:2'], ['app: 2 (1), latest (2)']],
    ['a registry’s port as no version', ['r.example:5000/app:1', 'r.example:5000/app:1'], []],
    ['a digest as a version', [`app@${DIGEST}`, 'app:1'], ['app: 1 (1), sha256:abababababab (1)']],
    ['nothing of what has no name', ['', ''], []],
  ])('tells %s', (_, images, expected) => {
    expect(versionDrift(images).flatMap(({ values }) => values)).toEqual(expected);
  });
});

import { describe, expect, it } from 'vitest';
import { imageNames } from './image-reference';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('an image', () => {
  // Expected: what `docker image ls` calls what `docker pull REFERENCE` got, but for the tag where it is the default.
  it.each([
    ['app', 'app'],
    ['app:latest', 'app'],
    ['app:1.2', 'app:1.2'],
    ['library/app', 'app'],
    ['docker.io/app', 'app'],
    ['docker.io/library/app:latest', 'app'],
    ['index.docker.io/library/app:2', 'app:2'],
    ['docker.io/shop/app', 'shop/app'],
    ['library/shop/app', 'library/shop/app'],
    ['registry.example/library/app', 'registry.example/library/app'],
    ['registry.example:5000/app', 'registry.example:5000/app'],
    ['registry.example:5000/app:latest', 'registry.example:5000/app'],
    ['localhost/app:latest', 'localhost/app'],
    ['localhost:5000/shop/app:1', 'localhost:5000/shop/app:1'],
    [`app:1.2@${DIGEST}`, 'app:1.2'],
    [`docker.io/library/app:latest@${DIGEST}`, 'app'],
    [`docker.io/library/app@${DIGEST}`, 'app@sha256:0123456789ab'],
    [DIGEST, 'sha256:0123456789ab'],
    ['', ''],
    ['Not a Reference', 'Not a Reference'],
  ])('that is given as %j is %j', (reference, name) => {
    expect(imageNames([[reference, 'sha256:1']])(reference, 'sha256:1')).toBe(name);
  });

  it('that is given by its id or by a digest has the name under which another container runs it', () => {
    const name = imageNames([
      ['other:1', 'sha256:1'],
      ['shop/app:7', 'sha256:1'],
      [`shop/app@${DIGEST}`, 'sha256:1'],
      [DIGEST, 'sha256:2'],
      ['db', 'sha256:2'],
    ]);
    expect(name(`shop/app@${DIGEST}`, 'sha256:1')).toBe('shop/app:7');
    expect(name(DIGEST, 'sha256:1')).toBe('other:1');
    expect(name(DIGEST, 'sha256:2')).toBe('db');
    expect(name(DIGEST, 'sha256:3')).toBe('sha256:0123456789ab');
  });

  it.each([
    [64, 'sha256:ffff', 'another: a manifest, say', 'sha256:ffff'],
    [64, '', 'not known', 'sha256:0123456789ab'],
    [12, '', 'not known', 'sha256:0123456789ab'],
  ])('that is given by %i hex digits is no name where its id %j is %s', (digits, imageId, _why, expected) => {
    const reference = DIGEST.slice('sha256:'.length, 'sha256:'.length + digits);
    expect(imageNames([[reference, imageId]])(reference, imageId)).toBe(expected);
  });

  it.each([2, 12, 64])('that is given by the first %i digits of its id is no name', (digits) => {
    const reference = DIGEST.slice('sha256:'.length, 'sha256:'.length + digits);
    const name = imageNames([
      [reference, DIGEST],
      ['shop/app:7', DIGEST],
    ]);
    expect(name(reference, DIGEST)).toBe('shop/app:7');
    expect(name(DIGEST, DIGEST)).toBe('shop/app:7');
    expect(imageNames([[reference, DIGEST]])(reference, DIGEST)).toBe('sha256:0123456789ab');
  });

  it.each([2, 12])('whose name is %i hex digits keeps it where its id does not begin with them', (digits) => {
    const reference = DIGEST.slice('sha256:'.length, 'sha256:'.length + digits);
    expect(imageNames([[reference, 'sha256:ffff']])(reference, 'sha256:ffff')).toBe(reference);
  });
});

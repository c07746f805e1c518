import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { ICON_NAMES } from './icon-names.js';

it("the icons that a policy may name are Grafana's", async () => {
  const folder = dirname(createRequire(import.meta.url).resolve('@grafana/data/package.json'));
  const { availableIconsIndex } = (await import(join(folder, 'dist/esm/types/icon.mjs'))) as {
    availableIconsIndex: Record<string, true>;
  };
  expect([...ICON_NAMES].filter((name) => !Object.hasOwn(availableIconsIndex, name))).toEqual([]);
});

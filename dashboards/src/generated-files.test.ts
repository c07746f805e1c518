import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { generatedFiles } from './generated-files.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const files = generatedFiles();

describe('what is checked in', () => {
  it.each([...files])('%s is what the code makes (else: npm run generate -w dashboards)', (path, text) => {
    expect(readFileSync(root + path, 'utf8')).toBe(text);
  });

  it.each(['rules', 'json'])('%s/ holds nothing else', (folder) => {
    const found = readdirSync(root + folder, { withFileTypes: true }).filter((entry) => entry.isFile());
    expect(found.map(({ name }) => `${folder}/${name}`).filter((path) => !files.has(path))).toEqual([]);
  });
});

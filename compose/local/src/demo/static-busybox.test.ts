import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isStatic } from './static-busybox.js';

describe('isStatic', () => {
  it('says no of the dynamic programs that file names and ldd resolves', () => {
    // Node.js itself: ldd exits 0 for a dynamic program only.
    execFileSync('ldd', [process.execPath], { stdio: 'ignore' });
    expect(isStatic(readFileSync(process.execPath))).toBe(false);
  });

  it('says yes of a program without a dynamic linker', () => {
    // ldconfig is linked statically on every glibc system, so that it works while the libraries are exchanged.
    expect(isStatic(readFileSync('/sbin/ldconfig'))).toBe(true);
  });

  it('says no of what is no program', () => {
    expect(isStatic(Buffer.from('#!/bin/sh\n'))).toBe(false);
  });
});

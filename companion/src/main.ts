#!/usr/bin/env node
import { tooOld } from './node-version.js';

const objection = tooOld(process.versions.node);
if (objection === undefined) {
  const { run } = await import('./program.js');
  await run();
} else {
  process.stderr.write(`${objection}\n`);
  process.exitCode = 1;
}

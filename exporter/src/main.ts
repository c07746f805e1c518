#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';
import { tooOld } from './node-version.js';

const objection = tooOld(process.versions.node);
if (objection !== undefined) {
  process.stderr.write(`${objection}\n`);
  process.exit(1);
}

/**
 * Keeps V8's young generation at its first size: it would grow to 32 MiB on the garbage of loading modules and stay
 * there, a third of the whole exporter. That has to be said before they are loaded; a command-line flag of Node.js
 * would depend on how the program is started.
 */
setFlagsFromString('--semi-space-growth-factor=1');
/** Lets the heap grow by that much before it is collected, where V8 would let it double: a tenth of the whole exporter. */
setFlagsFromString('--heap-growing-percent=40');
/** So little is collected at a time that waking other threads for it costs more than it saves. */
setFlagsFromString('--no-parallel-scavenge');
/**
 * V8 would compile each hot function together with most of what it calls, and again whenever one of those meets something
 * new: half a per cent of a processor for many minutes, and more than the code gains by it.
 */
setFlagsFromString('--max-inlined-bytecode-size-cumulative=100');
/**
 * Nor does V8 optimize before a function has been at work for long: most of what it would optimize in the first minutes, it
 * would optimize again when the first unusual thing comes by. Six times its own patience: at fifty times, the program is
 * slow for minutes.
 */
setFlagsFromString('--interrupt-budget=400000');
const { run } = await import('./program.js');

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? 0 : 1);
});
process.exitCode = await run(process.argv.slice(2));
// Ends what a start that failed half-way has left open, once what was printed is out.
setTimeout(() => process.exit(), 1_000).unref();

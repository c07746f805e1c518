import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8's young generation at its first size: by default it grows to 32 MiB on the garbage of loading modules and
 * stays there, a third of the whole exporter. Imported before anything else; a command-line flag of Node.js would
 * depend on how the program is started.
 */
setFlagsFromString('--semi-space-growth-factor=1');

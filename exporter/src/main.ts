#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { readCommandLine } from './command-line.js';
import { createExporter } from './exporter.js';
import { writeExposition } from './exposition/text-format.js';
import { createLog } from './log.js';
import type { Options } from './options.js';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

process.exitCode = await main();

async function main(): Promise<number> {
  const invocation = readCommandLine(process.argv.slice(2), process.env, manifest.version);
  if (invocation.kind !== 'run') {
    (invocation.kind === 'answer' ? process.stdout : process.stderr).write(invocation.text);
    return invocation.exitCode;
  }
  return printOnce(invocation.options);
}

/** Prints one exposition. */
async function printOnce(options: Options): Promise<number> {
  const exporter = createExporter(options, createLog(options.logLevel, options.logFormat), manifest.version);
  await exporter.ready;
  const { blocks } = await exporter.scrape.run();
  process.stdout.write(writeExposition(blocks, 'prometheus'));
  await exporter.close();
  return 0;
}

import { environmentName, type Flag } from './flags.js';

const START = '<!-- exporter flags: written by `npm run reference -w exporter` -->';
const END = '<!-- end of exporter flags -->';

/** Puts the table of the exporter's flags between the README's two markers. @throws when a marker is missing */
export function withFlagTable(readme: string, flags: readonly Flag[]): string {
  const start = readme.indexOf(START);
  const end = readme.indexOf(END);
  if (start < 0 || end < start) {
    throw new Error(`README.md lacks the lines “${START}” and “${END}”, between which the flags stand.`);
  }
  return `${readme.slice(0, start + START.length)}\n\n${flagTable(flags)}\n\n${readme.slice(end)}`;
}

function flagTable(flags: readonly Flag[]): string {
  return ['| flag | environment | default | |', '| --- | --- | --- | --- |', ...flags.map(row)].join('\n');
}

function row(flag: Flag): string {
  const value = flag.value === undefined ? '' : ` ${flag.value}`;
  const fallback = flag.default === '' ? '' : `\`${flag.default}\``;
  return `| \`--${flag.name}${value}\` | \`${environmentName(flag.name)}\` | ${fallback} | ${flag.help} |`;
}

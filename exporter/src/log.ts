import { pino, type Logger } from 'pino';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_FORMATS = ['logfmt', 'json', 'text'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** Anything that takes text, such as standard error. */
export interface LogTarget {
  write(text: string): unknown;
}

/** Logs go to standard error: `--once` prints its exposition on standard output. */
export function createLog(level: LogLevel, format: LogFormat, target: LogTarget = process.stderr): Logger {
  const rewrite = format === 'logfmt' ? toLogfmt : format === 'text' ? toText : (line: string) => line;
  return pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line: string) => void target.write(rewrite(line)) },
  );
}

/** `time=… level=info msg="…" key=value`, as most exporters of the Prometheus family write. */
function toLogfmt(line: string): string {
  return `${Object.entries(fieldsOf(line))
    .map(([key, value]) => `${key}=${quoteIfNeeded(value)}`)
    .join(' ')}\n`;
}

/** For people: the hour, the level and the message. */
function toText(line: string): string {
  const { time = '', level = '', msg = '' } = fieldsOf(line);
  return `${time.slice(11, 19)} ${level.toUpperCase().padEnd(5)} ${msg}\n`;
}

/** Fields as text, the usual three first. An error is its message: the stack is for the JSON format. */
function fieldsOf(line: string): Readonly<Record<string, string>> {
  const { time, level, msg, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const fields: Record<string, string> = { time: toField(time), level: toField(level), msg: toField(msg) };
  for (const [key, value] of Object.entries(rest)) {
    fields[key] = toField(value);
  }
  return fields;
}

function toField(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  if (
    typeof value === 'object' &&
    value !== null &&
    'message' in value &&
    typeof value.message === 'string'
  ) {
    return value.message;
  }
  return value === undefined ? '' : JSON.stringify(value);
}

function quoteIfNeeded(value: string): string {
  return /^[^\s"=\\]+$/.test(value) ? value : JSON.stringify(value);
}

import type { ExportLogsAction, LogsAction } from '../../protocol/actions/logs.js';
import { openLog } from '../engine.js';
import type { Answer, Host, Target } from '../handler.js';
import { lineFilter } from '../logs/line-filter.js';
import { formatLog } from '../logs/log-stream.js';

/** The container's log as a stream of lines. It ends with the log, or with `signal` when it follows. */
export async function logs(
  { engine }: Host,
  { facts }: Target,
  request: LogsAction | ExportLogsAction,
  signal: AbortSignal,
): Promise<Answer> {
  const { since, until, tail, stream, grep, regex } = request;
  const follow = request.action === 'logs' && request.follow === true;
  const format = request.action === 'logs' ? (request.format ?? 'ndjson') : 'ndjson';
  const filter = lineFilter(grep, regex);
  const options = {
    stdout: stream !== 'stderr',
    stderr: stream !== 'stdout',
    timestamps: true,
    follow,
    ...(since === undefined ? {} : { since: unixSeconds(since) }),
    ...(until === undefined ? {} : { until: unixSeconds(until) }),
    ...(tail === undefined ? {} : { tail }),
  };
  const source = await openLog(engine, `containers/${facts.Id}`, options, signal);
  return {
    kind: 'stream',
    stream: formatLog(source, { tty: facts.Config.Tty, format, filter, stream: undefined }),
    contentType: format === 'text' ? 'text/plain; charset=utf-8' : 'application/x-ndjson',
  };
}

/** The engine's API takes Unix seconds, with a fraction. */
export function unixSeconds(time: string): string {
  return /^[\d.]+$/.test(time) ? time : (Date.parse(time) / 1000).toFixed(3);
}

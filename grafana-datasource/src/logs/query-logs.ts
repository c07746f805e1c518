import { LoadingState, type DataQueryRequest, type DataQueryResponse } from '@grafana/data';
import { Observable } from 'rxjs';
import type { CompanionClient } from '../companion/companion-client';
import { CompanionError } from '../companion/companion-error';
import { LogsFrame } from './logs-frame';
import type { LogsQuery } from './logs-query';

/** How much of the past a live tail begins with. */
const FIRST_LIVE_LINES = 100;
const TELL_EVERY_MS = 250;

type Companion = Pick<CompanionClient, 'containers' | 'logs'>;

/** The lines of the request's time range, or, where Explore wants them live, the last ones and each that comes. */
export function queryLogs(
  query: LogsQuery,
  { range, liveStreaming = false }: Pick<DataQueryRequest, 'range' | 'liveStreaming'>,
  companion: Companion,
): Observable<DataQueryResponse> {
  return new Observable((subscriber) => {
    const stop = new AbortController();
    const lines = new LogsFrame(query);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tell = (state: LoadingState) => {
      clearTimeout(timer);
      timer = undefined;
      subscriber.next({ key: query.refId, data: [lines.frame], state });
    };
    const read = async () => {
      const id = await containerId(query, companion, stop.signal);
      const period = liveStreaming
        ? { follow: true, tail: FIRST_LIVE_LINES }
        : { since: seconds(range.from.valueOf()), until: seconds(range.to.valueOf()) };
      if (liveStreaming) {
        tell(LoadingState.Streaming);
      }
      for await (const line of companion.logs(
        query.host,
        id,
        { ...period, ...filterOf(query) },
        stop.signal,
      )) {
        lines.add(line);
        if (liveStreaming) {
          timer ??= setTimeout(() => tell(LoadingState.Streaming), TELL_EVERY_MS);
        }
      }
    };
    read().then(
      () => {
        tell(LoadingState.Done);
        subscriber.complete();
      },
      (error: unknown) => {
        if (!stop.signal.aborted) {
          subscriber.error(error);
        }
      },
    );
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  });
}

async function containerId(
  { host, container }: LogsQuery,
  companion: Companion,
  signal: AbortSignal,
): Promise<string> {
  const found = (await companion.containers(host, signal)).find(({ name }) => name === container);
  if (found === undefined) {
    throw new CompanionError(`${host} has no container ${container} now.`);
  }
  return found.id;
}

function filterOf({ stream, filter = '', isRegex = false }: LogsQuery) {
  return {
    ...(stream === undefined ? {} : { stream }),
    ...(filter === '' ? {} : isRegex ? { regex: filter } : { grep: filter }),
  };
}

function seconds(milliseconds: number): string {
  return (Math.max(0, milliseconds) / 1000).toFixed(3);
}

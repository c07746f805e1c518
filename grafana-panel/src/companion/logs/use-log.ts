import type { LogLine } from '@toposcope/companion/protocol/actions/logs.js';
import { useEffect, useRef, useState } from 'react';
import type { CompanionClient, LogSelection } from 'toposcope-topology-datasource/companion/companion-client';
import { targetKey, type Target } from '../target';
import { LogBuffer, type NumberedLine } from './log-buffer';

/** Most lines that are shown. */
export const MOST_LINES = 5_000;
const ROOM = { lines: MOST_LINES, characters: 4_000_000 };
const DRAW_EVERY_MS = 120;

export interface ShownLog {
  readonly lines: readonly NumberedLine[];
  readonly dropped: number;
  readonly phase: 'reading' | 'following' | 'ended';
  readonly failure: string | undefined;
}

const EMPTY: ShownLog = { lines: [], dropped: 0, phase: 'reading', failure: undefined };

/** The lines of a log as they come; read anew when what is asked for changes. */
export function useLog(
  client: CompanionClient,
  target: Target,
  selection: LogSelection,
  follow: boolean,
): ShownLog {
  const [log, setLog] = useState(EMPTY);
  const asked = JSON.stringify(selection);
  // Nodes are made anew with each answer of the data source; what they stand for is the same.
  const key = targetKey(target);
  const latest = useRef(target);
  latest.current = target;
  useEffect(() => {
    const stop = new AbortController();
    const buffer = new LogBuffer(ROOM);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const draw = (phase: ShownLog['phase'], failure?: string) => {
      clearTimeout(timer);
      timer = undefined;
      if (!stop.signal.aborted) {
        setLog({ lines: buffer.lines, dropped: buffer.dropped, phase, failure });
      }
    };
    const drawSoon = () => {
      timer ??= setTimeout(() => draw(follow ? 'following' : 'reading'), DRAW_EVERY_MS);
    };
    const read = async () => {
      const wanted = { ...(JSON.parse(asked) as LogSelection), follow };
      for await (const line of readLog(client, latest.current, wanted, stop.signal)) {
        buffer.push(line);
        drawSoon();
      }
    };
    draw(follow ? 'following' : 'reading');
    read().then(
      () => draw('ended'),
      (error: unknown) => draw('ended', error instanceof Error ? error.message : String(error)),
    );
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [client, key, asked, follow]);
  return log;
}

function readLog(
  client: CompanionClient,
  { host, container, object }: Target,
  wanted: LogSelection & { readonly follow: boolean },
  signal: AbortSignal,
): AsyncGenerator<LogLine> {
  return object === undefined
    ? client.logs(host, container, wanted, signal)
    : client.workloadLogs(object, wanted, signal);
}

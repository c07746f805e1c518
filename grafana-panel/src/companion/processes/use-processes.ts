import type { ProcessEntry } from '@toposcope/companion/protocol/actions/observe.js';
import { useEffect, useState } from 'react';
import type { CompanionClient } from 'toposcope-topology-datasource/companion/companion-client';
import type { Target } from '../target';
import { visibleName } from '../visible-name';

const PAUSE_MS = 2_000;
/** What fails is asked for less and less often. */
const LONGEST_PAUSE_MS = 60_000;

export interface ShownProcesses {
  /** Undefined until the first answer. */
  readonly processes: readonly ProcessEntry[] | undefined;
  readonly failure: string | undefined;
}

/** The processes of a container, again and again while somebody looks. */
export function useProcesses(
  client: CompanionClient,
  { host, container }: Target,
  shown: boolean,
): ShownProcesses {
  const [state, setState] = useState<ShownProcesses>({ processes: undefined, failure: undefined });
  useEffect(() => {
    if (!shown) {
      return undefined;
    }
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let pause = PAUSE_MS;
    const ask = async () => {
      try {
        const processes = await client.processes(host, container, stop.signal);
        pause = PAUSE_MS;
        setState({ processes: processes.map(asShown), failure: undefined });
      } catch (error) {
        if (stop.signal.aborted) {
          return;
        }
        pause = Math.min(LONGEST_PAUSE_MS, pause * 2);
        setState((last) => ({ ...last, failure: error instanceof Error ? error.message : String(error) }));
      }
      timer = setTimeout(() => void ask(), pause);
    };
    void ask();
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [client, host, container, shown]);
  return state;
}

/** A process says itself what it is called. */
function asShown(process: ProcessEntry): ProcessEntry {
  const { name, commandLine } = process;
  return { ...process, name: visibleName(name), commandLine: commandLine.map(visibleName) };
}

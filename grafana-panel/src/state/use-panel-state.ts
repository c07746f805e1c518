import { locationService } from '@grafana/runtime';
import { useCallback, useEffect, useRef, useState } from 'react';
import { prefixOf, readState, writeState, type PanelState, type Parameters } from './panel-state';

/** Changes within this are written together: a zoom is many. */
const WRITE_AFTER_MS = 250;

export type ChangeState = (
  change: Partial<PanelState> | ((state: PanelState) => Partial<PanelState>),
) => void;

/** The panel's state, kept in step with the page's address. */
export function usePanelState(panelId: number): readonly [PanelState, ChangeState] {
  const prefix = prefixOf(panelId);
  const [state, setState] = useState(() => readState(locationService.getSearch(), prefix));
  const latest = useRef(state);
  const pending = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const write = useCallback(() => {
    pending.current = undefined;
    const wanted = prefixed(writeState(latest.current), prefix);
    const now = prefixed(writeState(readState(locationService.getSearch(), prefix)), prefix);
    if (JSON.stringify(wanted) !== JSON.stringify(now)) {
      locationService.partial(wanted, true);
    }
  }, [prefix]);

  const change = useCallback<ChangeState>(
    (given) => {
      const changes = typeof given === 'function' ? given(latest.current) : given;
      latest.current = { ...latest.current, ...changes };
      setState(latest.current);
      clearTimeout(pending.current);
      pending.current = setTimeout(write, WRITE_AFTER_MS);
    },
    [write],
  );

  useEffect(() => {
    const follow = () => {
      const read = readState(locationService.getSearch(), prefix);
      // What is about to be written is newer than what the address says.
      if (pending.current === undefined && !isSame(read, latest.current)) {
        latest.current = read;
        setState(read);
      }
    };
    const stop = locationService.getHistory().listen(follow);
    return () => {
      stop();
      if (pending.current !== undefined) {
        clearTimeout(pending.current);
        pending.current = undefined;
      }
    };
  }, [prefix]);

  return [state, change];
}

function prefixed(parameters: Parameters, prefix: string): Record<string, string | string[] | null> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      prefix + name,
      typeof value === 'string' || value === null ? value : [...value],
    ]),
  );
}

function isSame(one: PanelState, other: PanelState): boolean {
  return JSON.stringify(writeState(one)) === JSON.stringify(writeState(other));
}

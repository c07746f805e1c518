import { useEffect, useRef } from 'react';
import type { Mode } from '../state/panel-state';

/** Gives the keyboard to the new body of the panel where the old one had it: else its keys would be dead from then on. */
export function useFocusOfMode(panel: React.RefObject<HTMLElement | null>, mode: Mode): void {
  const last = useRef(mode);
  useEffect(() => {
    if (mode !== last.current && document.activeElement === document.body) {
      panel.current?.querySelector<HTMLElement>('[data-body]')?.focus();
    }
    last.current = mode;
  }, [panel, mode]);
}

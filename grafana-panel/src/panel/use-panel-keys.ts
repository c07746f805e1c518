import { useEffect, useRef } from 'react';

interface Keys {
  /** Undefined: nothing is open. */
  readonly onClose: (() => void) | undefined;
  readonly onHelp: () => void;
  /** A key that means something to the panel, such as `t` for the table; undefined: nothing. */
  readonly actionOf: (key: string) => (() => void) | undefined;
}

const PANEL = '[data-testid="toposcope-panel"]';
const WRITTEN_INTO = 'input, textarea, select, [contenteditable="true"]';

/**
 * Escape and `?` where the focus is on nothing, as after a page was loaded, and this is the only panel that they can
 * mean; `?` and the panel's own keys from within it.
 */
export function usePanelKeys(panel: React.RefObject<HTMLElement | null>, keys: Keys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const { key, target } = event;
      if (event.ctrlKey || event.metaKey || event.altKey || !(target instanceof HTMLElement)) {
        return;
      }
      const isFree = target === document.body && document.querySelectorAll(PANEL).length === 1;
      const isInside = panel.current?.contains(target) === true && !target.matches(WRITTEN_INTO);
      const { onClose, onHelp, actionOf } = latest.current;
      const act =
        key === 'Escape' && isFree
          ? onClose
          : key === '?' && (isFree || isInside)
            ? onHelp
            : isInside
              ? actionOf(key)
              : undefined;
      if (act) {
        // The page's own keys would answer as well.
        event.preventDefault();
        event.stopPropagation();
        act();
      }
    };
    document.addEventListener('keydown', onKeyDown, true);
    return () => document.removeEventListener('keydown', onKeyDown, true);
  }, [panel]);
}

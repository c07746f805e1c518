import { css } from '@emotion/css';
import { usePluginContext, type GrafanaTheme2 } from '@grafana/data';
import { Button, IconButton, useStyles2, useTheme2 } from '@grafana/ui';
import React, { useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { CompanionClient } from 'toposcope-topology-datasource/companion/companion-client';
import type { DockState } from '../dock/dock-state';
import type { Tool } from '../dock/tools';
import { SearchField } from '../search-field';
import { loadEmulator } from './emulator';
import { LiveTerminal } from './live-terminal';
import { pasteQuestion } from './pasted-lines';
import { popOut } from './pop-out';
import { terminalLook } from './terminal-look';
import { TerminalMessage } from './terminal-message';
import { terminalRequest } from './terminal-request';

interface Props {
  readonly dock: DockState;
  readonly client: CompanionClient;
  readonly tool: Tool;
  readonly shown: boolean;
}

/** A terminal in the dock. The terminal itself lives in the dock's state, so that this may come and go. */
export function TerminalView({ dock, client, tool, shown }: Props): React.JSX.Element {
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const terminal = useTerminal(dock, client, tool);
  const state = useSyncExternalStore(terminal.subscribe, () => terminal.state);
  const waitingPaste = useSyncExternalStore(terminal.subscribe, () => terminal.waitingPaste);
  const place = useRef<HTMLDivElement>(null);
  const [searches, setSearches] = useState(false);
  const [closeWindow, setCloseWindow] = useState<(() => void) | undefined>();
  const [blocked, setBlocked] = useState(false);
  const isOut = closeWindow !== undefined;

  useEffect(() => terminal.setLook(terminalLook(theme)), [terminal, theme]);
  useEffect(() => {
    terminal.onSearch = () => setSearches(true);
  }, [terminal]);
  useLayoutEffect(() => {
    const element = place.current;
    if (element === null || isOut) {
      return undefined;
    }
    element.append(terminal.element);
    const observer = new ResizeObserver(() => terminal.fit());
    observer.observe(element);
    return () => observer.disconnect();
  }, [terminal, isOut]);
  useEffect(() => {
    if (shown && !isOut) {
      terminal.fit();
      terminal.focus();
    }
  }, [terminal, shown, isOut]);

  const moveOut = () => {
    const close = popOut(
      terminal.element,
      { title: `${tool.target.name} on ${tool.target.host}`, background: theme.colors.background.canvas },
      {
        moved: () => terminal.moved(),
        resized: () => terminal.fit(),
        back: () => {
          setCloseWindow(undefined);
          place.current?.append(terminal.element);
          terminal.moved();
        },
      },
    );
    setBlocked(close === undefined);
    setCloseWindow(() => close);
  };
  const endSearch = () => {
    setSearches(false);
    terminal.endSearch();
    terminal.focus();
  };

  return (
    <div className={styles.view}>
      <div className={styles.tools}>
        {searches && (
          <SearchField
            label="Find in the terminal"
            onSearch={(text, direction) => terminal.find(text, direction)}
            onClose={endSearch}
          />
        )}
        {!searches && (
          <IconButton
            name="search"
            tooltip="Find (Ctrl+Shift+F)"
            aria-label="Find in the terminal"
            onClick={() => setSearches(true)}
          />
        )}
        <IconButton
          name="trash-alt"
          tooltip="Clear"
          aria-label="Clear the terminal"
          onClick={() => terminal.clear()}
        />
        <IconButton
          name={isOut ? 'import' : 'external-link-alt'}
          tooltip={isOut ? 'Bring it back' : 'Open in a window of its own'}
          aria-label={isOut ? 'Bring the terminal back' : 'Open the terminal in a window of its own'}
          onClick={() => (closeWindow === undefined ? moveOut() : closeWindow())}
        />
      </div>
      <div className={styles.place} ref={place} />
      {isOut && <p className={styles.elsewhere}>This terminal is in a window of its own.</p>}
      {blocked && (
        <TerminalMessage text="The browser lets no window open: allow it for this site.">
          <Button size="sm" variant="secondary" onClick={() => setBlocked(false)}>
            I see
          </Button>
        </TerminalMessage>
      )}
      {waitingPaste !== undefined && (
        <TerminalMessage text={pasteQuestion(waitingPaste)}>
          <Button size="sm" autoFocus onClick={() => terminal.answerPaste('once')}>
            Paste
          </Button>
          <Button size="sm" variant="secondary" onClick={() => terminal.answerPaste('always')}>
            Paste, and do not ask again here
          </Button>
          <Button size="sm" variant="secondary" onClick={() => terminal.answerPaste('never')}>
            Cancel
          </Button>
        </TerminalMessage>
      )}
      {state.phase === 'opening' && <p className={styles.opening}>Opening …</p>}
      {state.phase === 'ended' && (
        <TerminalMessage text={state.end.message} failed={state.end.failed}>
          <Button size="sm" variant="secondary" onClick={() => terminal.reopen()}>
            Open again
          </Button>
        </TerminalMessage>
      )}
    </div>
  );
}

/** The tool's terminal: the one that is there, or a new one. */
function useTerminal(dock: DockState, client: CompanionClient, tool: Tool): LiveTerminal {
  const theme = useTheme2();
  const { meta } = usePluginContext() ?? {};
  const existing = dock.terminals.get(tool.id);
  if (existing !== undefined) {
    return existing;
  }
  const terminal = new LiveTerminal({
    url: client.terminalUrl(tool.target.host, tool.target.container),
    request: (size) => terminalRequest(tool.kind, size),
    load: () => loadEmulator(meta?.baseUrl ?? PLUGIN_URL, meta?.info.version ?? ''),
    look: terminalLook(theme),
  });
  dock.terminals.set(tool.id, terminal);
  return terminal;
}

/** Where Grafana serves the plugin from when it does not say so. */
const PLUGIN_URL = 'public/plugins/toposcope-topology-panel';

const getStyles = ({ colors, spacing, shape }: GrafanaTheme2) => ({
  view: css({ position: 'relative', flex: 1, minHeight: 0, display: 'flex', flexDirection: 'column' }),
  place: css({ flex: 1, minHeight: 0, padding: spacing(0.75, 0, 0.5, 1.25), overflow: 'hidden' }),
  tools: css({
    position: 'absolute',
    top: 4,
    right: 20,
    zIndex: 11,
    display: 'flex',
    alignItems: 'center',
    gap: spacing(0.5),
    padding: spacing(0.25, 0.5),
    borderRadius: shape.radius.default,
    background: colors.background.secondary,
    opacity: 0.85,
    '&:hover, &:focus-within': { opacity: 1 },
  }),
  elsewhere: css({
    position: 'absolute',
    inset: 0,
    display: 'grid',
    placeContent: 'center',
    margin: 0,
    color: colors.text.secondary,
    pointerEvents: 'none',
  }),
  opening: css({
    position: 'absolute',
    left: 14,
    top: 8,
    margin: 0,
    color: colors.text.secondary,
    pointerEvents: 'none',
  }),
});

import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Icon, IconButton, useStyles2 } from '@grafana/ui';
import React, { useSyncExternalStore } from 'react';
import type { CompanionClient } from 'toposcope-topology-datasource/companion/companion-client';
import { Description } from '../objects/description';
import { LogView } from '../logs/log-view';
import { ProcessView } from '../processes/process-view';
import { TerminalView } from '../terminal/terminal-view';
import type { Target } from '../target';
import type { DockState } from './dock-state';
import { ResizeHandle } from './resize-handle';
import { isTerminal, type Tool, type ToolKind } from './tools';

const TOOL_NAMES: Readonly<Record<ToolKind, string>> = {
  exec: 'Terminal',
  attach: 'Attached',
  'host-shell': 'Host shell',
  logs: 'Logs',
  processes: 'Processes',
  describe: 'Description',
};
const TOOL_ICONS = {
  exec: 'brackets-curly',
  attach: 'link',
  'host-shell': 'brackets-curly',
  logs: 'document-info',
  processes: 'list-ul',
  describe: 'file-alt',
} as const satisfies Record<ToolKind, string>;

interface Props {
  readonly dock: DockState;
  readonly client: CompanionClient;
  readonly width: number;
  readonly height: number;
  readonly onHeight: (height: number) => void;
}

/** The lower part of the panel: a tab for each terminal, log and list that is open. */
export function Dock({ dock, client, width, height, onHeight }: Props): React.JSX.Element {
  const styles = useStyles2(getStyles);
  const { tools, shown } = useSyncExternalStore(dock.subscribe, () => dock.open);
  return (
    <section
      className={styles.dock}
      style={{ width, height }}
      aria-label="Terminals and logs"
      data-testid="toposcope-dock"
    >
      <ResizeHandle height={height} onHeight={onHeight} />
      <header className={styles.bar}>
        <div className={styles.tabs} role="group" aria-label="What is open">
          {tools.map(({ id, kind, target }) => (
            <div key={id} className={cx(styles.tab, id === shown && styles.current)}>
              <button
                type="button"
                aria-pressed={id === shown}
                className={styles.label}
                title={`${TOOL_NAMES[kind]}: ${target.name}${placeOf(target)}`}
                onClick={() => dock.show(id)}
              >
                <Icon name={TOOL_ICONS[kind]} size="sm" />
                <span className={styles.kind}>{TOOL_NAMES[kind]}</span>
                <span className={styles.name}>{target.name}</span>
              </button>
              <IconButton
                name="times"
                size="sm"
                aria-label={`Close ${TOOL_NAMES[kind]} ${target.name}`}
                onClick={() => dock.close(id)}
              />
            </div>
          ))}
        </div>
        <IconButton name="times" aria-label="Close all" tooltip="Close all" onClick={() => dock.closeAll()} />
      </header>
      {tools.map((tool) => (
        <div
          key={tool.id}
          className={styles.tool}
          hidden={tool.id !== shown}
          role="region"
          aria-label={`${TOOL_NAMES[tool.kind]} ${tool.target.name}`}
        >
          <ToolView dock={dock} client={client} tool={tool} shown={tool.id === shown} />
        </div>
      ))}
    </section>
  );
}

function ToolView(props: {
  readonly dock: DockState;
  readonly client: CompanionClient;
  readonly tool: Tool;
  readonly shown: boolean;
}): React.JSX.Element {
  const { client, tool, shown } = props;
  if (isTerminal(tool.kind)) {
    return <TerminalView {...props} />;
  }
  switch (tool.kind) {
    case 'logs':
      return <LogView client={client} target={tool.target} shown={shown} />;
    case 'processes':
      return <ProcessView client={client} target={tool.target} shown={shown} />;
    case 'describe':
      return <Description client={client} target={tool.target} />;
  }
}

function placeOf({ host, object }: Target): string {
  return object === undefined ? ` on ${host}` : ` of ${object.namespace} ${host}`.trimEnd();
}

const getStyles = ({ colors, shape, spacing, typography }: GrafanaTheme2) => ({
  dock: css({
    position: 'relative',
    display: 'flex',
    flexDirection: 'column',
    borderTop: `1px solid ${colors.border.medium}`,
    background: colors.background.canvas,
    fontSize: typography.bodySmall.fontSize,
  }),
  bar: css({
    display: 'flex',
    alignItems: 'center',
    gap: spacing(1),
    paddingRight: spacing(1),
    background: colors.background.primary,
    borderBottom: `1px solid ${colors.border.weak}`,
  }),
  tabs: css({ display: 'flex', flex: 1, minWidth: 0, overflowX: 'auto', scrollbarWidth: 'none' }),
  tab: css({
    display: 'flex',
    alignItems: 'center',
    flex: 'none',
    maxWidth: 260,
    paddingRight: spacing(0.75),
    borderRight: `1px solid ${colors.border.weak}`,
    color: colors.text.secondary,
    borderTop: '2px solid transparent',
  }),
  current: css({
    color: colors.text.primary,
    background: colors.background.canvas,
    borderTopColor: colors.primary.main,
  }),
  label: css({
    display: 'flex',
    alignItems: 'center',
    gap: spacing(0.75),
    minWidth: 0,
    padding: spacing(0.625, 0.75, 0.75, 1.25),
    border: 0,
    background: 'none',
    color: 'inherit',
    borderRadius: shape.radius.default,
    font: 'inherit',
    whiteSpace: 'nowrap',
    cursor: 'pointer',
  }),
  kind: css({ color: colors.text.secondary }),
  name: css({ overflow: 'hidden', textOverflow: 'ellipsis', fontWeight: typography.fontWeightMedium }),
  tool: css({
    flex: 1,
    minHeight: 0,
    '&[hidden]': { display: 'none' },
    display: 'flex',
    flexDirection: 'column',
  }),
});

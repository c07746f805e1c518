import type { Capabilities } from '@toposcope/companion/protocol/requests.js';
import type { IconName } from '@grafana/data';
import type { ActionButton } from './action-button';
import type { ToolKind } from './dock/tools';
import { objectButtons } from './objects/object-buttons';
import type { Target } from './target';

/** A button that opens a terminal, a log or a list in the dock. */
export interface ToolButton {
  readonly kind: ToolKind;
  readonly label: string;
  readonly icon: IconName;
}

interface StateButton {
  readonly action: 'start' | 'stop' | 'restart' | 'pause' | 'unpause';
  readonly label: string;
  readonly icon: IconName;
  readonly shown: (state: string, runs: boolean) => boolean;
  /** Asked while the container runs: one button beside another one, and a service is down. */
  readonly question?: (name: string) => string;
}

const STATE_BUTTONS: readonly StateButton[] = [
  {
    ...{ action: 'start', label: 'Start', icon: 'play' },
    shown: (state, runs) => !runs && state !== 'paused',
  },
  {
    ...{ action: 'unpause', label: 'Resume', icon: 'play' },
    shown: (state) => state === 'paused',
  },
  {
    ...{ action: 'restart', label: 'Restart', icon: 'sync' },
    shown: () => true,
    question: (name) => `Restart the container ${name}? What runs in it ends, open terminals too.`,
  },
  {
    ...{ action: 'pause', label: 'Pause', icon: 'pause' },
    shown: (_, runs) => runs,
    question: (name) => `Pause the container ${name}? It answers nobody until it is resumed.`,
  },
  {
    ...{ action: 'stop', label: 'Stop', icon: 'square-shape' },
    shown: (state, runs) => runs || state === 'paused',
    question: (name) => `Stop the container ${name}? What runs in it ends, open terminals too.`,
  },
];

/** What of `capabilities` can be done to a target in its state, in the order in which buttons stand. */
export function actionButtons(capabilities: Capabilities, target: Target): readonly ActionButton[] {
  if (target.object !== undefined) {
    return objectButtons(capabilities, target.object);
  }
  const { allowed, custom } = capabilities;
  const { container, name, state } = target;
  if (container === '') {
    // A host: what may be done to its containers is on their cards.
    return [];
  }
  const runs = ['running', 'restarting', ''].includes(state);
  return [
    ...STATE_BUTTONS.filter(({ action, shown }) => allowed.includes(action) && shown(state, runs)).map(
      ({ action, label, icon, question }): ActionButton => ({
        ...{ key: action, label, icon, action: { action }, destructive: false },
        ...(question === undefined || !runs ? {} : { question: question(name) }),
      }),
    ),
    ...(runs ? custom : []).map((each): ActionButton => ({
      key: `custom ${each.name}`,
      label: each.label,
      icon: each.icon,
      action: { action: 'custom', name: each.name },
      ...(each.confirm ? { question: `${each.label}, in the container ${name}?` } : {}),
      destructive: false,
    })),
    ...(allowed.includes('remove')
      ? [
          {
            key: 'remove',
            label: 'Remove',
            icon: 'trash-alt',
            action: { action: 'remove', force: true },
            question: `Remove the container ${name}? What it has written outside volumes is lost, and it cannot be taken back.`,
            destructive: true,
          } as const,
        ]
      : []),
  ];
}

const LOGS: ToolButton = { kind: 'logs', label: 'Logs', icon: 'document-info' };
const DESCRIPTION: ToolButton = { kind: 'describe', label: 'Describe', icon: 'file-alt' };

/** What can be opened to look into a target. */
export function toolButtons({ allowed }: Capabilities, target: Target): readonly ToolButton[] {
  const { container, state, object } = target;
  const tools: ToolButton[] = [];
  if (object !== undefined) {
    return [
      ...(allowed.includes('workload-logs') ? [LOGS] : []),
      ...(allowed.includes('describe') ? [DESCRIPTION] : []),
    ];
  }
  const runs = !['exited', 'created', 'dead'].includes(state);
  if (allowed.includes('logs') && container !== '') {
    tools.push(LOGS);
  }
  if (allowed.includes('exec') && container !== '' && runs) {
    tools.push({ kind: 'exec', label: 'Terminal', icon: 'brackets-curly' });
  }
  if (allowed.includes('attach') && container !== '' && runs) {
    tools.push({ kind: 'attach', label: 'Attach', icon: 'link' });
  }
  if (allowed.includes('host-shell') && container === '') {
    tools.push({ kind: 'host-shell', label: 'Host shell', icon: 'brackets-curly' });
  }
  if (allowed.includes('top') && container !== '' && runs) {
    tools.push({ kind: 'processes', label: 'Processes', icon: 'list-ul' });
  }
  return tools;
}

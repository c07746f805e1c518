import type { IconName } from '@grafana/data';
import type { ObjectCommand } from '@toposcope/companion/protocol/action.js';
import type { ObjectPlace } from '@toposcope/companion/protocol/objects.js';
import type { Capabilities } from '@toposcope/companion/protocol/requests.js';
import type { ActionButton } from '../action-button';

interface Look {
  readonly label: string;
  readonly icon: IconName;
  /** What is asked before it is done; absent: nothing. */
  readonly question?: (name: string) => string;
  readonly destructive?: true;
}

/** In the order in which buttons stand. How many replicas is asked by a dialog of its own. */
const LOOKS: Readonly<Record<ObjectCommand['action'], Look>> = {
  scale: { label: 'Scale', icon: 'expand-arrows' },
  'rollout-restart': {
    label: 'Restart',
    icon: 'sync',
    question: (name) => `Replace all that runs of ${name} by new ones, a few at a time?`,
  },
  suspend: { label: 'Suspend', icon: 'pause' },
  resume: { label: 'Resume', icon: 'play' },
  cordon: {
    label: 'Cordon',
    icon: 'lock',
    question: (name) => `Let no new pods onto ${name}? Those that run there stay.`,
  },
  uncordon: { label: 'Uncordon', icon: 'unlock' },
  'delete-pod': {
    label: 'Delete',
    icon: 'trash-alt',
    question: (name) =>
      `Delete the pod ${name}? What controls it starts another one; a pod by itself is gone.`,
    destructive: true,
  },
};

/** What of `capabilities` can be done to an object of a cluster. The gateway knows its state. */
export function objectButtons(
  { allowed, object }: Capabilities,
  { name }: ObjectPlace,
): readonly ActionButton[] {
  return (Object.entries(LOOKS) as [ObjectCommand['action'], Look][])
    .filter(([action]) => allowed.includes(action))
    .map(([action, { label, icon, question, destructive = false }]) => ({
      key: action,
      label,
      icon,
      action: action === 'scale' ? { action, replicas: object?.replicas ?? 1 } : { action },
      ...(question === undefined ? {} : { question: question(name) }),
      destructive,
    }));
}

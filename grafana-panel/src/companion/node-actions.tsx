import { css } from '@emotion/css';
import { toIconName, type GrafanaTheme2 } from '@grafana/data';
import { Button, ConfirmModal, useStyles2 } from '@grafana/ui';
import { commandActionSchema, objectCommandSchema } from '@toposcope/companion/protocol/action.js';
import type { CustomResult } from '@toposcope/companion/protocol/actions/custom.js';
import type { Capabilities } from '@toposcope/companion/protocol/requests.js';
import React, { useState } from 'react';
import type { CompanionClient } from 'toposcope-topology-datasource/companion/companion-client';
import type { TopologyNode } from 'toposcope-topology-datasource/graph/topology';
import type { ActionButton } from './action-button';
import { actionButtons, toolButtons } from './buttons';
import { useCompanion, type CompanionAccess } from './companion-context';
import { ScaleDialog } from './objects/scale-dialog';
import { targetKey, targetOf, type Target } from './target';
import { useCapabilities } from './use-capabilities';

export interface NodeActionsProps {
  readonly node: TopologyNode;
}

/** What may be done to a node: the buttons at the top of its card. Nothing where there is no companion. */
export function NodeActions({ node }: NodeActionsProps): React.JSX.Element | null {
  const companion = useCompanion();
  const target = targetOf(node);
  return companion && target ? (
    <TargetActions key={targetKey(target)} companion={companion} target={target} />
  ) : null;
}

function TargetActions({
  companion,
  target,
}: {
  readonly companion: CompanionAccess;
  readonly target: Target;
}): React.JSX.Element | null {
  const styles = useStyles2(getStyles);
  const { capabilities, failure, isAnswered, askAgain } = useCapabilities(companion.client, target);
  const [asked, setAsked] = useState<ActionButton>();
  const [running, setRunning] = useState<string>();
  const [outcome, setOutcome] = useState<Outcome>();

  const act = async (button: ActionButton) => {
    setAsked(undefined);
    setRunning(button.key);
    setOutcome(undefined);
    try {
      setOutcome(await carryOut(companion.client, target, button));
    } catch (error) {
      setOutcome({ text: error instanceof Error ? error.message : String(error), failed: true });
    } finally {
      setRunning(undefined);
      askAgain();
    }
  };

  if (failure !== undefined) {
    // What was removed can be asked about no more; that it was removed says why.
    const isNews = outcome === undefined || outcome.failed;
    return isNews ? (
      <p className={styles.failure}>{failure}</p>
    ) : (
      <p className={styles.done} role="status">
        {outcome.text}
      </p>
    );
  }
  if (capabilities === undefined) {
    return isAnswered ? null : <div className={styles.buttons} aria-busy="true" />;
  }
  // Prometheus knows a state some seconds late, and of a stopped container mostly nothing.
  const now = { ...target, state: capabilities.state ?? target.state };
  const tools = toolButtons(capabilities, now);
  const actions = actionButtons(capabilities, now);
  if (tools.length + actions.length === 0) {
    const reason = optedOutReason(capabilities);
    return reason === undefined ? null : <p className={styles.done}>{reason}</p>;
  }
  return (
    <div className={styles.actions} role="group" aria-label={`What can be done to ${target.name}`}>
      <div className={styles.buttons}>
        {tools.map(({ kind, label, icon }) => (
          <Button
            key={kind}
            size="sm"
            variant="secondary"
            icon={icon}
            onClick={() => companion.open(kind, target)}
          >
            {label}
          </Button>
        ))}
      </div>
      <div className={styles.buttons}>
        {actions.map((button) => (
          <Button
            key={button.key}
            size="sm"
            variant={button.destructive ? 'destructive' : 'secondary'}
            fill="outline"
            icon={running === button.key ? 'spinner' : (toIconName(button.icon) ?? 'play')}
            disabled={running !== undefined}
            onClick={() => (asksFirst(button) ? setAsked(button) : void act(button))}
          >
            {button.label}
          </Button>
        ))}
      </div>
      {running !== undefined && (
        <p className={styles.done} role="status">
          {actions.find(({ key }) => key === running)?.label ?? running} …
        </p>
      )}
      {outcome && (
        <div
          className={outcome.failed ? styles.failure : styles.done}
          role={outcome.failed ? 'alert' : 'status'}
        >
          {outcome.text}
          {outcome.output !== undefined && outcome.output !== '' && (
            <pre className={styles.output}>{outcome.output}</pre>
          )}
        </div>
      )}
      {asked?.action.action === 'scale' && (
        <ScaleDialog
          name={target.name}
          replicas={asked.action.replicas}
          onScale={(action) => void act({ ...asked, action })}
          onDismiss={() => setAsked(undefined)}
        />
      )}
      {asked?.question !== undefined && (
        <ConfirmModal
          isOpen
          title={asked.label}
          body={asked.question}
          confirmText={asked.label}
          confirmButtonVariant={asked.destructive ? 'destructive' : 'primary'}
          onConfirm={() => void act(asked)}
          onDismiss={() => setAsked(undefined)}
        />
      )}
    </div>
  );
}

interface Outcome {
  readonly text: string;
  readonly failed: boolean;
  /** What a custom action printed. */
  readonly output?: string | undefined;
}

/** Throws why it was not done. */
async function carryOut(client: CompanionClient, target: Target, button: ActionButton): Promise<Outcome> {
  const { host, container, object } = target;
  const { action } = button;
  if (object === undefined) {
    const custom = await client.act(host, container, commandActionSchema.parse(action));
    return custom === undefined
      ? { text: doneText(button, target), failed: false }
      : { text: endText(button, custom), output: custom.output, failed: custom.exitCode !== 0 };
  }
  return { text: await client.actOnObject(object, objectCommandSchema.parse(action)), failed: false };
}

/** Why nobody may do anything to it; undefined where it is only this user who may not. */
function optedOutReason({ refused }: Capabilities): string | undefined {
  return Object.values(refused).find((reason) => reason.includes('toposcope.actions'));
}

function asksFirst({ question, action }: ActionButton): boolean {
  return question !== undefined || action.action === 'scale';
}

const DONE: Readonly<Record<string, string>> = {
  start: 'has been started',
  stop: 'has been stopped',
  restart: 'has been restarted',
  pause: 'is paused',
  unpause: 'goes on',
  remove: 'has been removed',
};

function endText({ label }: ActionButton, { exitCode }: CustomResult): string {
  return exitCode === null
    ? `${label}: it did not end by itself.`
    : exitCode === 0
      ? `${label}: done.`
      : `${label}: it ended with exit code ${exitCode}.`;
}

function doneText({ label, action }: ActionButton, { name }: Target): string {
  const done = DONE[action.action];
  return done === undefined ? `${label}: done.` : `${name} ${done}.`;
}

const getStyles = ({ colors, shape, spacing, typography }: GrafanaTheme2) => ({
  actions: css({ display: 'grid', gap: spacing(0.75), marginBottom: spacing(1.75) }),
  buttons: css({
    display: 'flex',
    flexWrap: 'wrap',
    gap: spacing(0.75),
    '&[aria-busy="true"]': { height: 24 },
  }),
  done: css({ color: colors.text.secondary }),
  failure: css({ color: colors.error.text, margin: 0 }),
  output: css({
    maxHeight: 160,
    margin: spacing(0.5, 0, 0),
    padding: spacing(0.75),
    overflow: 'auto',
    borderRadius: shape.radius.default,
    fontFamily: typography.fontFamilyMonospace,
    fontSize: 11,
  }),
});

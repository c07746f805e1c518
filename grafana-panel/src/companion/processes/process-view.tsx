import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { ConfirmModal, useStyles2 } from '@grafana/ui';
import type { ProcessEntry } from '@toposcope/companion/protocol/actions/observe.js';
import type { Signal } from '@toposcope/companion/protocol/names.js';
import React, { useState } from 'react';
import type { CompanionClient } from 'toposcope-topology-datasource/companion/companion-client';
import type { Target } from '../target';
import { useCapabilities } from '../use-capabilities';
import { ProcessTable } from './process-table';
import { StartField } from './start-field';
import { useProcesses } from './use-processes';

interface Props {
  readonly client: CompanionClient;
  readonly target: Target;
  readonly shown: boolean;
}

/** What is about to be done to a process, once the user has said yes. */
interface Wanted {
  readonly process: ProcessEntry;
  /** A signal to send, or undefined to restart it. */
  readonly signal: Signal | undefined;
}

/** The processes of a container in the dock, live. */
export function ProcessView({ client, target, shown }: Props): React.JSX.Element {
  const styles = useStyles2(getStyles);
  const { processes, failure } = useProcesses(client, target, shown);
  const { capabilities } = useCapabilities(client, target);
  const [wanted, setWanted] = useState<Wanted>();
  const [outcome, setOutcome] = useState<string>();
  const may = (action: 'signal-process' | 'restart-process' | 'start-process') =>
    capabilities?.allowed.includes(action) === true;

  const act = async ({ process: { pid, startTicks, name }, signal }: Wanted) => {
    setWanted(undefined);
    const process = { pid, startTicks };
    setOutcome(
      signal === undefined ? `${name} is being restarted …` : `${signal} is being sent to ${name} …`,
    );
    try {
      await client.act(
        target.host,
        target.container,
        signal === undefined
          ? { action: 'restart-process', process }
          : { action: 'signal-process', process, signal },
      );
      setOutcome(signal === undefined ? `${name} has been restarted.` : `${signal} was sent to ${name}.`);
    } catch (error) {
      setOutcome(error instanceof Error ? error.message : String(error));
    }
  };

  const start = async (command: [string, ...string[]]) => {
    try {
      const { exitCode } = await client.startProcess(target.host, target.container, command);
      setOutcome(
        exitCode === null
          ? `${command[0]} has been started.`
          : `${command[0]} ended at once, with exit code ${exitCode}.`,
      );
    } catch (error) {
      setOutcome(error instanceof Error ? error.message : String(error));
    }
  };

  return (
    <div className={styles.view}>
      {may('start-process') && <StartField onStart={(command) => void start(command)} />}
      {(failure ?? outcome) !== undefined && (
        <p className={styles.outcome} role="status">
          {failure ?? outcome}
        </p>
      )}
      <ProcessTable
        processes={processes}
        onSignal={may('signal-process') ? (process, signal) => setWanted({ process, signal }) : undefined}
        onRestart={
          may('restart-process') ? (process) => setWanted({ process, signal: undefined }) : undefined
        }
      />
      {wanted && (
        <ConfirmModal
          isOpen
          title={wanted.signal === undefined ? 'Restart a process' : `Send ${wanted.signal}`}
          body={questionOf(wanted, target)}
          confirmText={wanted.signal === undefined ? 'Restart' : `Send ${wanted.signal}`}
          confirmButtonVariant="destructive"
          onConfirm={() => void act(wanted)}
          onDismiss={() => setWanted(undefined)}
        />
      )}
    </div>
  );
}

function questionOf({ process, signal }: Wanted, target: Target): string {
  const which = `${process.name} (process ${process.containerPid}) in the container ${target.name}`;
  if (signal !== undefined) {
    return `Send ${signal} to ${which}?`;
  }
  return process.containerPid === 1
    ? `${which} is its first process: the whole container is restarted.`
    : `End ${which} and start the same command again?`;
}

const getStyles = ({ colors, spacing }: GrafanaTheme2) => ({
  view: css({ flex: 1, minHeight: 0, overflow: 'auto', padding: spacing(0.5, 1.25) }),
  outcome: css({ margin: spacing(0.5, 0), color: colors.text.secondary }),
});

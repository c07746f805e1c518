import { useStyles2 } from '@grafana/ui';
import type { InspectResult } from '@toposcope/companion/protocol/actions/observe.js';
import React, { useEffect, useId, useState } from 'react';
import type { CompanionClient } from 'toposcope-topology-datasource/companion/companion-client';
import type { TopologyNode } from 'toposcope-topology-datasource/graph/topology';
import { useCompanion } from '../companion/companion-context';
import { targetKey, targetOf, type Target } from '../companion/target';
import { Section } from './card';
import { cardStyles } from './card-styles';
import { NamedValueTable } from './named-value-table';
import { namedValues, type NamedValue } from './named-values';

/** The fact that has a table of its own. */
export const LABELS = 'labels';

/**
 * The labels that the metrics tell, and, once somebody asks, what the companion knows: all labels, the names of the
 * environment with their values hidden, the command and what is mounted.
 */
export function ContainerSettings({ node }: { readonly node: TopologyNode }): React.JSX.Element {
  const companion = useCompanion();
  const target = node.kind === 'container' ? targetOf(node) : undefined;
  const labels = namedValues(node.facts.find(({ key }) => key === LABELS)?.values ?? []);
  return companion && target && target.container !== '' ? (
    <Inspected key={targetKey(target)} client={companion.client} target={target} labels={labels} />
  ) : (
    <NamedValueTable title="Labels" rows={labels} />
  );
}

function Inspected({
  client,
  target: { host, container },
  labels,
}: {
  readonly client: CompanionClient;
  readonly target: Target;
  readonly labels: readonly NamedValue[];
}): React.JSX.Element {
  const styles = useStyles2(cardStyles);
  const [isAllowed, setAllowed] = useState(false);
  const [isOpen, setOpen] = useState(false);
  const [known, setKnown] = useState<InspectResult>();
  const [failure, setFailure] = useState<string>();
  const region = useId();
  useEffect(() => {
    const stop = new AbortController();
    client.capabilities(host, container, stop.signal).then(
      ({ allowed }) => setAllowed(allowed.includes('inspect')),
      // The buttons at the top of the card say why nothing can be asked.
      () => undefined,
    );
    return () => stop.abort();
  }, [client, host, container]);
  useEffect(() => {
    if (!isOpen) {
      return undefined;
    }
    const stop = new AbortController();
    setFailure(undefined);
    client.inspect(host, container, stop.signal).then(setKnown, (error: unknown) => {
      if (!stop.signal.aborted) {
        setFailure(error instanceof Error ? error.message : String(error));
      }
    });
    return () => stop.abort();
  }, [client, host, container, isOpen]);
  return (
    <>
      {!(isOpen && known) && <NamedValueTable title="Labels" rows={labels} />}
      {isAllowed && (
        <Section title="Settings">
          <button
            type="button"
            className={styles.chip}
            aria-expanded={isOpen}
            aria-controls={isOpen ? region : undefined}
            onClick={() => setOpen((last) => !last)}
          >
            {isOpen ? 'Hide labels and environment' : 'Show labels and environment'}
          </button>
        </Section>
      )}
      {isOpen && (
        <div id={region} className={styles.section}>
          {known && <Settings known={known} />}
          {!known && failure === undefined && <p role="status">Asking the companion …</p>}
          {failure !== undefined && (
            <p role="alert" className={styles.failure}>
              {failure}
            </p>
          )}
        </div>
      )}
    </>
  );
}

function Settings({
  known: { labels, environment, mounts, command },
}: {
  readonly known: InspectResult;
}): React.JSX.Element {
  const styles = useStyles2(cardStyles);
  return (
    <>
      <NamedValueTable title="Labels" rows={sorted(Object.entries(labels))} />
      <NamedValueTable title="Environment, values hidden" rows={sorted(Object.entries(environment))} />
      <NamedValueTable
        title="Mounts"
        rows={sorted(
          mounts.map(({ destination, source, writable }) => [
            destination,
            writable ? source : `${source} (read-only)`,
          ]),
        )}
      />
      {command.length > 0 && (
        <Section title="Command">
          <code className={styles.command}>{command.join(' ')}</code>
        </Section>
      )}
    </>
  );
}

function sorted(rows: readonly NamedValue[]): readonly NamedValue[] {
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
}

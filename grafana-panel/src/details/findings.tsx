import { useStyles2 } from '@grafana/ui';
import React from 'react';
import type { Alert, Change } from 'toposcope-topology-datasource/graph/topology';
import { Section } from './card';
import { cardStyles } from './card-styles';
import { UNMEASURED } from './unmeasured';

/** The card of something that left the picture. */
export function Gone(): React.JSX.Element {
  const styles = useStyles2(cardStyles);
  return (
    <p className={styles.trouble} role="status">
      No longer in the picture. This is how it was when it was last seen.
    </p>
  );
}

export function Alerts({ alerts }: { readonly alerts: readonly Alert[] }): React.JSX.Element | null {
  const styles = useStyles2(cardStyles);
  if (alerts.length === 0) {
    return null;
  }
  return (
    <Section title="Firing alerts">
      {alerts.map(({ name, severity, labels }) => (
        <div
          key={`${name} ${JSON.stringify(labels)}`}
          className={severity === 'critical' ? styles.failure : styles.trouble}
          title={Object.entries(labels)
            .map(([label, value]) => `${label}=${value}`)
            .join(', ')}
        >
          {name}, {severity}
        </div>
      ))}
    </Section>
  );
}

/** Why the node has its mark. */
export function Reasons({ reasons }: { readonly reasons: readonly string[] }): React.JSX.Element | null {
  const styles = useStyles2(cardStyles);
  return reasons.length === 0 ? null : (
    <Section title="Why it is marked">
      {reasons.map((reason) => (
        <div key={reason} className={styles.trouble}>
          {reason}
        </div>
      ))}
    </Section>
  );
}

const CHANGES: Readonly<Record<Change['kind'], string>> = {
  added: 'It was not there at the moment of comparison.',
  removed: 'It was there at the moment of comparison, and is not now.',
  changed: 'Changed since the moment of comparison.',
};

export function Differences({ change }: { readonly change: Change | undefined }): React.JSX.Element | null {
  const styles = useStyles2(cardStyles);
  if (!change) {
    return null;
  }
  return (
    <Section title="Compared">
      <div className={styles.trouble}>{CHANGES[change.kind]}</div>
      <dl className={styles.facts}>
        {change.differences.map(({ label, before, after }) => (
          <React.Fragment key={label}>
            <dt>{label}</dt>
            <dd>
              {before || UNMEASURED} → {after || UNMEASURED}
            </dd>
          </React.Fragment>
        ))}
      </dl>
    </Section>
  );
}

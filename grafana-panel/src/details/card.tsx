import { useStyles2 } from '@grafana/ui';
import React, { useEffect, useRef } from 'react';
import { IconButton } from '../panel/icon-button';
import { cardStyles } from './card-styles';

interface Props {
  readonly title: string;
  readonly subtitle: string;
  readonly icon: React.ReactNode;
  /** There are cards below this one. */
  readonly stacked: boolean;
  readonly children: React.ReactNode;
  readonly onBack: () => void;
  readonly onClose: () => void;
}

/** The frame of a card: title, back to the card below, close. */
export function Card({
  title,
  subtitle,
  icon,
  stacked,
  children,
  onBack,
  onClose,
}: Props): React.JSX.Element {
  const styles = useStyles2(cardStyles);
  const body = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // In braces: newer browsers return a promise, which React would take for a clean-up.
    body.current?.scrollTo({ top: 0 });
  }, [title]);
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      onBack();
    }
  };
  return (
    <section
      className={styles.card}
      aria-label={`${title}, details`}
      onKeyDown={onKeyDown}
      data-testid="toposcope-card"
    >
      <header className={styles.header}>
        {stacked ? <IconButton glyph="back" label="Back to the card before" onClick={onBack} /> : icon}
        <div className={styles.heading}>
          <h3 className={styles.title} title={title}>
            {title}
          </h3>
          <div className={styles.subtitle} title={subtitle}>
            {subtitle}
          </div>
        </div>
        <IconButton glyph="close" label="Close" onClick={onClose} />
      </header>
      <div className={styles.body} ref={body} tabIndex={0} role="group" aria-label="Details">
        {children}
      </div>
    </section>
  );
}

export function Section({
  title,
  children,
}: {
  readonly title: string;
  readonly children: React.ReactNode;
}): React.JSX.Element {
  const styles = useStyles2(cardStyles);
  return (
    <section className={styles.section}>
      <h4 className={styles.sectionTitle}>{title}</h4>
      {children}
    </section>
  );
}

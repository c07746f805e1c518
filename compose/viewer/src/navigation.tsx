import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { ToolbarButton, useStyles2, useTheme2 } from '@grafana/ui';
import React, { type ReactNode } from 'react';
import { chooseTheme } from './theme';

type PageId = 'dashboard' | 'explore' | 'datasource' | 'query';

const PAGES: readonly { id: PageId; label: string; hash: string }[] = [
  { id: 'dashboard', label: 'Topology', hash: '' },
  { id: 'explore', label: 'Explore', hash: '#/explore' },
  { id: 'datasource', label: 'Data source', hash: '#/datasource' },
];

/** The header: name, pages, what the page adds (time, refresh), theme. */
export function Navigation({ page, children }: { readonly page: PageId; readonly children?: ReactNode }) {
  const styles = useStyles2(getStyles);
  const { isDark } = useTheme2();
  return (
    <header className={styles.header}>
      <h1 className={styles.title}>
        <img src="/viewer/favicon.svg" alt="" width={24} height={24} />
        Toposcope
      </h1>
      <nav className={styles.pages} aria-label="Pages">
        {PAGES.map(({ id, label, hash }) => (
          <a
            key={id}
            href={`/${searchOf(page)}${hash}`}
            className={id === page ? styles.current : styles.link}
            aria-current={id === page ? 'page' : undefined}
            onClick={(event) => {
              event.preventDefault();
              locationService.push({ pathname: '/', search: searchOf(page), hash });
            }}
          >
            {label}
          </a>
        ))}
      </nav>
      <div className={styles.controls}>
        {children}
        <ToolbarButton
          variant="canvas"
          icon="adjust-circle"
          tooltip={isDark ? 'Light theme' : 'Dark theme'}
          aria-label={isDark ? 'Light theme' : 'Dark theme'}
          onClick={() => chooseTheme(isDark ? 'light' : 'dark')}
        />
      </div>
    </header>
  );
}

/** What the address says of the picture goes along from page to page; a query's address says nothing of it. */
function searchOf(page: PageId): string {
  return page === 'query' ? '' : locationService.getLocation().search;
}

const getStyles = (theme: GrafanaTheme2) => {
  const link = {
    padding: theme.spacing(0.5, 1),
    borderRadius: theme.shape.radius.default,
    color: theme.colors.text.secondary,
    '&:hover': { color: theme.colors.text.primary, background: theme.colors.action.hover },
  };
  return {
    header: css({
      display: 'flex',
      flexWrap: 'wrap',
      alignItems: 'center',
      gap: theme.spacing(1, 2),
      padding: theme.spacing(1, 2),
      background: theme.colors.background.primary,
      borderBottom: `1px solid ${theme.colors.border.weak}`,
    }),
    title: css({
      display: 'flex',
      alignItems: 'center',
      gap: theme.spacing(1),
      margin: 0,
      fontSize: theme.typography.h4.fontSize,
    }),
    pages: css({ display: 'flex', gap: theme.spacing(0.5) }),
    link: css(link),
    current: css({ ...link, color: theme.colors.text.primary, background: theme.colors.action.selected }),
    controls: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(1), marginLeft: 'auto' }),
  };
};

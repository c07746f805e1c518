import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, Checkbox, Input, useStyles2 } from '@grafana/ui';
import React, { useEffect, useState } from 'react';
import type { TopologySource } from '../details/topology-source';
import { Popover } from './popover';

interface Props {
  readonly source: TopologySource | undefined;
  /** Empty: all. */
  readonly chosen: readonly string[];
  readonly onChange: (namespaces: readonly string[]) => void;
}

/** More of them are looked for rather than read. */
const MOST_READ = 10;

/** Chooses namespaces, projects or stacks, several at once: the picture shows what is in them and whom they talk to. */
export function NamespaceMenu({ source, chosen, onChange }: Props): React.JSX.Element {
  const [first] = chosen;
  const more = chosen.length > 1 ? ` +${chosen.length - 1}` : '';
  return (
    <Popover
      glyph="frames"
      label="Namespaces"
      text={first === undefined ? undefined : `${first}${more}`}
      active={chosen.length > 0}
      side="below"
      align="right"
    >
      {() => <NamespaceList source={source} chosen={chosen} onChange={onChange} />}
    </Popover>
  );
}

function NamespaceList({ source, chosen, onChange }: Props): React.JSX.Element {
  const styles = useStyles2(getStyles);
  const { names, failure } = useNamespaces(source);
  const [part, setPart] = useState('');
  // Those that are gone can still be unchosen.
  const all = [...new Set([...chosen, ...(names ?? [])])].sort((a, b) => a.localeCompare(b));
  const shown = all.filter((name) => name.toLowerCase().includes(part.toLowerCase()));
  return (
    <div className={styles.list}>
      {all.length > MOST_READ && (
        <Input
          autoFocus
          aria-label="Part of the name"
          placeholder="Part of the name"
          value={part}
          onChange={({ currentTarget }) => setPart(currentTarget.value)}
        />
      )}
      {names === undefined && failure === undefined && <span role="status">Asking for the names …</span>}
      {failure !== undefined && <span role="alert">The names could not be had: {failure}</span>}
      {names !== undefined && all.length === 0 && (
        <span role="status">No container says which namespace, project or stack it belongs to.</span>
      )}
      <div className={styles.names}>
        {shown.map((name) => (
          <Checkbox
            key={name}
            label={name}
            value={chosen.includes(name)}
            onChange={({ currentTarget }) =>
              onChange(currentTarget.checked ? [...chosen, name] : chosen.filter((other) => other !== name))
            }
          />
        ))}
      </div>
      <Button size="sm" variant="secondary" disabled={chosen.length === 0} onClick={() => onChange([])}>
        As the query says
      </Button>
    </div>
  );
}

interface Namespaces {
  readonly names: readonly string[] | undefined;
  readonly failure: string | undefined;
}

/** Asked for when the list unfolds, and not again while it is open. */
function useNamespaces(source: TopologySource | undefined): Namespaces {
  const [found, setFound] = useState<Namespaces>({ names: undefined, failure: undefined });
  const ready = source !== undefined;
  useEffect(() => {
    if (!source) {
      return undefined;
    }
    const abort = new AbortController();
    source
      .namespaces(abort.signal)
      .then((names) => setFound({ names, failure: undefined }))
      .catch((error: unknown) => {
        if (!abort.signal.aborted) {
          setFound({ names: undefined, failure: error instanceof Error ? error.message : String(error) });
        }
      });
    return () => abort.abort();
  }, [ready]);
  return found;
}

const getStyles = ({ spacing }: GrafanaTheme2) => ({
  list: css({ display: 'flex', flexDirection: 'column', alignItems: 'flex-start', gap: spacing(1) }),
  names: css({
    display: 'flex',
    flexDirection: 'column',
    gap: spacing(0.75),
    width: '100%',
    maxHeight: 240,
    overflowY: 'auto',
  }),
});

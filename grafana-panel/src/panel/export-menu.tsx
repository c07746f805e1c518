import React from 'react';
import type { Proposal, ProposalKey } from '../export/proposal';
import { ChoiceList } from './choice-list';
import { Popover } from './popover';

const EXPORTS = [
  { key: 'png', label: 'Picture (PNG)' },
  { key: 'svg', label: 'Drawing (SVG)' },
  { key: 'json', label: 'Nodes and edges (JSON)' },
  { key: 'csv', label: 'Table (CSV)' },
  { key: 'link', label: 'Copy a link to this picture' },
] as const;

export type ExportKind = (typeof EXPORTS)[number]['key'] | ProposalKey;

interface Props {
  /** What the picture can propose. */
  readonly proposals: readonly Proposal[];
  readonly onExport: (kind: ExportKind) => void;
}

export function ExportMenu({ proposals, onExport }: Props): React.JSX.Element {
  const choices: readonly { key: ExportKind; label: string }[] = [...EXPORTS, ...proposals];
  return (
    <Popover glyph="download" label="Export what is shown" side="below" align="right">
      {(close) => (
        <ChoiceList
          choices={choices}
          chosen={undefined}
          onChoose={(key) => {
            const kind = choices.find((candidate) => candidate.key === key);
            if (kind) {
              onExport(kind.key);
            }
            close();
          }}
        />
      )}
    </Popover>
  );
}

import React from 'react';
import { ChoiceList } from './choice-list';
import { Popover } from './popover';

const EXPORTS = [
  { key: 'png', label: 'Picture (PNG)' },
  { key: 'svg', label: 'Drawing (SVG)' },
  { key: 'json', label: 'Nodes and edges (JSON)' },
  { key: 'csv', label: 'Table (CSV)' },
  { key: 'link', label: 'Copy a link to this picture' },
] as const;

export type ExportKind = (typeof EXPORTS)[number]['key'] | 'proposal';

interface Props {
  /** What the picture can propose, as the menu says it; undefined: nothing. */
  readonly proposal: string | undefined;
  readonly onExport: (kind: ExportKind) => void;
}

export function ExportMenu({ proposal, onExport }: Props): React.JSX.Element {
  const choices: readonly { key: ExportKind; label: string }[] =
    proposal === undefined ? EXPORTS : [...EXPORTS, { key: 'proposal', label: proposal }];
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

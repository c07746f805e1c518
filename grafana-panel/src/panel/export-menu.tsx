import React from 'react';
import { ChoiceList } from './choice-list';
import { Popover } from './popover';

export const EXPORTS = [
  { key: 'png', label: 'Picture (PNG)' },
  { key: 'svg', label: 'Drawing (SVG)' },
  { key: 'json', label: 'Nodes and edges (JSON)' },
  { key: 'csv', label: 'Table (CSV)' },
  { key: 'link', label: 'Copy a link to this picture' },
] as const;

export type ExportKind = (typeof EXPORTS)[number]['key'];

export function ExportMenu({
  onExport,
}: {
  readonly onExport: (kind: ExportKind) => void;
}): React.JSX.Element {
  return (
    <Popover glyph="download" label="Export what is shown" side="below" align="right">
      {(close) => (
        <ChoiceList
          choices={EXPORTS}
          chosen={undefined}
          onChoose={(key) => {
            const kind = EXPORTS.find((candidate) => candidate.key === key);
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

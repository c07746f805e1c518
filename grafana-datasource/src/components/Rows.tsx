import { Button, IconButton, InlineFieldRow } from '@grafana/ui';
import * as React from 'react';

interface Props<Row> {
  readonly rows: readonly Row[];
  /** What a row is, as in “Add an overlay” and “Remove overlay 2”. */
  readonly what: string;
  readonly article?: 'a' | 'an';
  /** What a new row holds. */
  readonly empty: Row;
  readonly onChange: (rows: readonly Row[]) => void;
  /** After a row was removed. */
  readonly onRemoved?: () => void;
  /** The fields of a row; `number` counts from 1. */
  readonly children: (row: Row, change: (changes: Partial<Row>) => void, number: number) => React.ReactNode;
}

/** A row of fields for each of a list, which can grow and shrink. */
export function Rows<Row>(props: Props<Row>) {
  const { rows, what, article = 'a', empty, onChange, onRemoved, children } = props;
  return (
    <>
      {rows.map((row, index) => (
        <InlineFieldRow key={index}>
          {children(row, (changes) => onChange(rows.toSpliced(index, 1, { ...row, ...changes })), index + 1)}
          <IconButton
            name="trash-alt"
            tooltip={`Remove ${what} ${index + 1}`}
            onClick={() => {
              onChange(rows.toSpliced(index, 1));
              onRemoved?.();
            }}
          />
        </InlineFieldRow>
      ))}
      <Button variant="secondary" size="sm" icon="plus" onClick={() => onChange([...rows, empty])}>
        {`Add ${article} ${what}`}
      </Button>
    </>
  );
}

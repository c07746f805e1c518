import { Button, Field, Input, Modal } from '@grafana/ui';
import { objectCommandSchema, type ObjectCommand } from '@toposcope/companion/protocol/action.js';
import React, { useState } from 'react';

interface Props {
  readonly name: string;
  /** What is wanted now. */
  readonly replicas: number;
  readonly onScale: (command: ObjectCommand) => void;
  readonly onDismiss: () => void;
}

/** Asks how many replicas there shall be. */
export function ScaleDialog({ name, replicas, onScale, onDismiss }: Props): React.JSX.Element {
  const [text, setText] = useState(String(replicas));
  const command = objectCommandSchema.safeParse({
    action: 'scale',
    replicas: text.trim() === '' ? undefined : Number(text),
  });
  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    if (command.success) {
      onScale(command.data);
    }
  };
  return (
    <Modal title={`Scale ${name}`} isOpen onDismiss={onDismiss}>
      <form onSubmit={submit}>
        <Field
          label="Replicas"
          description={`${replicas} are wanted now`}
          invalid={!command.success}
          error={command.success ? undefined : 'A whole number from 0 to 1000'}
        >
          <Input
            type="number"
            min={0}
            max={1000}
            autoFocus
            width={16}
            value={text}
            onChange={({ currentTarget }) => setText(currentTarget.value)}
          />
        </Field>
        <Modal.ButtonRow>
          <Button variant="secondary" fill="outline" type="button" onClick={onDismiss}>
            Cancel
          </Button>
          <Button type="submit" disabled={!command.success}>
            Scale
          </Button>
        </Modal.ButtonRow>
      </form>
    </Modal>
  );
}

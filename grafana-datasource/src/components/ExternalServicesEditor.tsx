import { Button, InlineField, Input } from '@grafana/ui';
import * as React from 'react';
import { type ExternalService, WELL_KNOWN_SERVICES } from '../graph/external-services';
import { ListInput } from './ListInput';
import { Rows } from './Rows';

interface Props {
  readonly services: readonly ExternalService[];
  readonly labelWidth: number;
  readonly onChange: (services: readonly ExternalService[]) => void;
}

/** A row a public service that is one node, whatever its many names. */
export function ExternalServicesEditor({ services, labelWidth, onChange }: Props) {
  const known = new Set(services.map(({ name }) => name));
  const others = WELL_KNOWN_SERVICES.filter(({ name }) => !known.has(name));
  return (
    <>
      <Rows rows={services} what="service" empty={{ name: '', suffixes: [] }} onChange={onChange}>
        {({ name, suffixes }, change, number) => (
          <>
            <InlineField label="Service" labelWidth={labelWidth}>
              <Input
                aria-label={`Name of service ${number}`}
                width={22}
                placeholder="Object storage"
                value={name}
                onChange={({ currentTarget }) => change({ name: currentTarget.value })}
              />
            </InlineField>
            <InlineField
              label="below"
              tooltip="Its DNS names, with commas between them: s3.amazonaws.com stands for all that end so."
            >
              <ListInput
                id={`toposcope-service-${number}`}
                label={`DNS names of service ${number}`}
                width={44}
                placeholder="s3.amazonaws.com, storage.example"
                values={suffixes}
                onChange={(values) => change({ suffixes: values })}
              />
            </InlineField>
          </>
        )}
      </Rows>
      {others.length > 0 && (
        <Button
          variant="secondary"
          fill="text"
          size="sm"
          tooltip={others.map(({ name }) => name).join(', ')}
          onClick={() => onChange([...services, ...others])}
        >
          Add well-known ones
        </Button>
      )}
    </>
  );
}

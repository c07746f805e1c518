import { Button, InlineField, Input, TagsInput } from '@grafana/ui';
import * as React from 'react';
import { type ExternalService, WELL_KNOWN_SERVICES } from '../graph/external-services';
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
                width={24}
                placeholder="Object storage"
                value={name}
                onChange={({ currentTarget }) => change({ name: currentTarget.value })}
              />
            </InlineField>
            <InlineField
              label="is all names that end in"
              tooltip="DNS names and all below them, such as s3.amazonaws.com. Press Enter after each."
            >
              <TagsInput
                id={`toposcope-service-${number}`}
                width={48}
                placeholder="s3.amazonaws.com"
                tags={[...suffixes]}
                onChange={(tags) => change({ suffixes: tags })}
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

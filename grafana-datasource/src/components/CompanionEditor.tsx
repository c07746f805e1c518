import type { DataSourceSettings } from '@grafana/data';
import { FieldSet, InlineField, Input, SecretInput } from '@grafana/ui';
import * as React from 'react';
import type { TopologySecrets, TopologySettings } from '../settings';

type Options = DataSourceSettings<TopologySettings, TopologySecrets>;

interface Props {
  readonly options: Options;
  readonly labelWidth: number;
  readonly onOptionsChange: (options: Options) => void;
}

const TOKENS = [
  {
    name: 'viewToken',
    label: 'Token view',
    tooltip: 'Lets Viewers see logs and processes. keygen wrote it to view.token.',
  },
  {
    name: 'operateToken',
    label: 'Token operate',
    tooltip:
      'Lets Editors start, stop and restart, as far as the policy allows. keygen wrote it to operate.token.',
  },
  {
    name: 'adminToken',
    label: 'Token admin',
    tooltip: 'Lets Admins open terminals, as far as the policy allows. keygen wrote it to admin.token.',
  },
] as const;

/** The companion, without which everything here only looks. */
export function CompanionEditor({ options, labelWidth, onOptionsChange }: Props) {
  const { companionUrl = '' } = options.jsonData;
  const isUrl = companionUrl === '' || /^https?:\/\//.test(companionUrl);
  const setToken = (name: keyof TopologySecrets, value: string) => {
    onOptionsChange({ ...options, secureJsonData: { ...options.secureJsonData, [name]: value } });
  };
  const forgetToken = (name: keyof TopologySecrets) => {
    onOptionsChange({
      ...options,
      secureJsonFields: { ...options.secureJsonFields, [name]: false },
      secureJsonData: { ...options.secureJsonData, [name]: '' },
    });
  };
  return (
    <FieldSet label="Companion: terminals, logs and actions (optional)">
      <InlineField
        label="Address"
        labelWidth={labelWidth}
        tooltip="Where Grafana's server reaches the companion's gateway. Empty: no terminals, logs or actions."
        invalid={!isUrl}
        error="An address such as https://companion:10421"
      >
        <Input
          id="toposcope-companion-url"
          width={40}
          placeholder="https://companion:10421"
          value={companionUrl}
          onChange={({ currentTarget }) =>
            onOptionsChange({
              ...options,
              jsonData: { ...options.jsonData, companionUrl: currentTarget.value.trim().replace(/\/+$/, '') },
            })
          }
        />
      </InlineField>
      {companionUrl !== '' &&
        TOKENS.map(({ name, label, tooltip }) => (
          <InlineField key={name} label={label} labelWidth={labelWidth} tooltip={tooltip}>
            <SecretInput
              id={`toposcope-${name}`}
              width={40}
              isConfigured={options.secureJsonFields[name] === true}
              value={options.secureJsonData?.[name] ?? ''}
              onChange={({ currentTarget }) => setToken(name, currentTarget.value.trim())}
              onReset={() => forgetToken(name)}
            />
          </InlineField>
        ))}
    </FieldSet>
  );
}

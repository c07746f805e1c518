import { css } from '@emotion/css';
import {
  applyFieldOverrides,
  dateTime,
  EventBusSrv,
  type FieldConfigSource,
  type PanelData,
  type PanelPlugin,
} from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';
import { useStyles2, useTheme2 } from '@grafana/ui';
import React, { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { setRange } from './dashboard/time-controls';
import { ErrorBoundary } from './error-boundary';

interface Props {
  readonly plugin: PanelPlugin;
  readonly id: number;
  readonly data: PanelData;
  /** As the panel begins; it may change them. */
  readonly initialOptions: unknown;
}

const NO_FIELD_CONFIG: FieldConfigSource = { defaults: {}, overrides: [] };

/** A panel as a dashboard hosts one, as large as the element that it is in. */
export function PanelHost({ plugin, id, data, initialOptions }: Props) {
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const [options, setOptions] = useState(initialOptions);
  const eventBus = useMemo(() => new EventBusSrv(), []);
  const area = useRef<HTMLDivElement>(null);
  const size = useSize(area);
  const renders = useRef(0);
  const Panel = plugin.panel;

  const series = useMemo(
    () =>
      applyFieldOverrides({
        data: data.series,
        fieldConfig: NO_FIELD_CONFIG,
        replaceVariables: (text) => getTemplateSrv().replace(text),
        theme,
        timeZone: 'browser',
      }),
    [data.series, theme],
  );

  return (
    <div ref={area} className={styles.area} data-testid="topology-panel">
      {Panel && size && (
        <ErrorBoundary what="The topology panel">
          <Panel
            id={id}
            title="Topology"
            data={{ ...data, series }}
            timeRange={data.timeRange}
            timeZone="browser"
            options={options}
            fieldConfig={NO_FIELD_CONFIG}
            transparent={false}
            width={size.width}
            height={size.height}
            renderCounter={renders.current++}
            eventBus={eventBus}
            onOptionsChange={setOptions}
            onFieldConfigChange={() => undefined}
            replaceVariables={(text, scopedVars, format) =>
              getTemplateSrv().replace(text, scopedVars, format)
            }
            onChangeTimeRange={({ from, to }) => setRange({ from: dateTime(from), to: dateTime(to) })}
          />
        </ErrorBoundary>
      )}
    </div>
  );
}

function useSize(ref: React.RefObject<HTMLElement>): { width: number; height: number } | undefined {
  const [size, setSize] = useState<{ width: number; height: number }>();
  useLayoutEffect(() => {
    const element = ref.current;
    if (element) {
      setSize({ width: element.clientWidth, height: element.clientHeight });
    }
  }, [ref]);
  useEffect(() => {
    const element = ref.current;
    if (!element) {
      return undefined;
    }
    const observer = new ResizeObserver(() =>
      setSize({ width: element.clientWidth, height: element.clientHeight }),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return size;
}

const getStyles = () => ({
  area: css({ position: 'relative', height: '100%', overflow: 'hidden' }),
});

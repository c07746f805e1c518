import { getValueFormat, formattedValueToString } from '@grafana/data';
import { Button } from '@grafana/ui';
import type { ExportProgress } from '@toposcope/companion/protocol/actions/logs.js';
import React, { useEffect, useRef, useState } from 'react';

interface Props {
  readonly bucket: string;
  readonly onExport: (signal: AbortSignal) => AsyncIterable<ExportProgress>;
}

/** Sends what is chosen of the log to the gateway's bucket, and tells how far it is. */
export function LogExport({ bucket, onExport }: Props): React.JSX.Element {
  const [progress, setProgress] = useState<ExportProgress>();
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const start = async () => {
    const stop = new AbortController();
    running.current = stop;
    setProgress({ state: 'uploading', bytes: 0 });
    try {
      for await (const step of onExport(stop.signal)) {
        setProgress(step);
      }
    } catch (error) {
      if (!stop.signal.aborted) {
        setProgress({
          state: 'failed',
          code: '',
          detail: error instanceof Error ? error.message : String(error),
        });
      }
    }
  };
  return (
    <>
      <Button
        size="sm"
        variant="secondary"
        fill="outline"
        icon={progress?.state === 'uploading' ? 'spinner' : 'cloud-upload'}
        disabled={progress?.state === 'uploading'}
        tooltip={`Send it to the bucket ${bucket}`}
        onClick={() => void start()}
      >
        Export
      </Button>
      {progress && (
        <span role={progress.state === 'failed' ? 'alert' : 'status'}>{progressText(progress)}</span>
      )}
    </>
  );
}

function progressText(progress: ExportProgress): string {
  switch (progress.state) {
    case 'uploading':
      return `${size(progress.bytes)} sent …`;
    case 'done':
      return `${size(progress.bytes)} in ${progress.bucket}/${progress.key}`;
    case 'failed':
      return progress.detail;
  }
}

function size(bytes: number): string {
  return formattedValueToString(getValueFormat('bytes')(bytes, 1));
}

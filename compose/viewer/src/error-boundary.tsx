import React, { type ReactNode } from 'react';
import { describeError } from './describe-error';

interface Props {
  /** The subject of the sentence: "The panel". */
  readonly what: string;
  readonly children: ReactNode;
}

/** Says in words what failed while drawing, where React would leave an empty page. */
export class ErrorBoundary extends React.Component<Props, { error?: unknown }> {
  override state: { error?: unknown } = {};

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === undefined) {
      return this.props.children;
    }
    return (
      <div role="alert" style={{ padding: 16 }}>
        <strong>{this.props.what} could not be drawn.</strong>
        <pre style={{ whiteSpace: 'pre-wrap' }}>{describeError(this.state.error)}</pre>
        <button onClick={() => this.setState({ error: undefined })}>Try again</button>
      </div>
    );
  }
}

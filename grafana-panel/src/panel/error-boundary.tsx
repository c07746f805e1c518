import React from 'react';

interface Props {
  readonly children: React.ReactNode;
  /** A change of it means another try. */
  readonly attempt: unknown;
}

interface State {
  readonly error: Error | undefined;
  readonly attempt: unknown;
}

/** A fault in the panel is said where the picture would be, and the next refresh tries again. */
export class ErrorBoundary extends React.Component<Props, State> {
  override state: State = { error: undefined, attempt: this.props.attempt };

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  static getDerivedStateFromProps(props: Props, state: State): Partial<State> | null {
    return props.attempt === state.attempt ? null : { attempt: props.attempt, error: undefined };
  }

  override render(): React.ReactNode {
    const { error } = this.state;
    if (!error) {
      return this.props.children;
    }
    return (
      <div role="alert" style={{ padding: 16, overflow: 'auto', height: '100%' }}>
        <strong>The picture could not be drawn.</strong>
        <p>{error.message}</p>
        <p>The next refresh tries again. If it stays, please report it with these lines:</p>
        <pre style={{ fontSize: 11 }}>{error.stack}</pre>
      </div>
    );
  }
}

import { Component, type ReactNode } from 'react';

interface PanelBoundaryProps {
  /** What the panel is called in a sentence: "the editor". */
  readonly name: string;
  readonly children: ReactNode;
}

interface PanelBoundaryState {
  readonly message: string | undefined;
}

/** Keeps a failure of ours in the panel where it happened: the rest of the page, and all texts, stay. */
export class PanelBoundary extends Component<PanelBoundaryProps, PanelBoundaryState> {
  override readonly state: PanelBoundaryState = { message: undefined };

  static getDerivedStateFromError(error: unknown): PanelBoundaryState {
    return { message: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    const { message } = this.state;
    if (message === undefined) return this.props.children;
    return (
      <div className="panel-loading" role="alert">
        <p>
          A fault in the program stopped {this.props.name}: {message}
        </p>
        <button type="button" className="button button-small" onClick={() => this.setState({ message: undefined })}>
          Show it again
        </button>
      </div>
    );
  }
}

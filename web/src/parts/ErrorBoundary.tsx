import { Component, type ReactNode } from "react";
import { BrokenScreen } from "./states";

type Props = { children: ReactNode };

/** Catches what a screen throws; work that was not saved stays in the browser's storage. */
export class ErrorBoundary extends Component<Props, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return <BrokenScreen error={this.state.error} onAgain={() => location.reload()} />;
  }
}

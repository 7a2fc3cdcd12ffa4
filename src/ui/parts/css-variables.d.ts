import 'react';

declare module 'react' {
  interface CSSProperties {
    /** Values that a component hands to its style sheet. */
    readonly [variable: `--${string}`]: string | number | undefined;
  }
}

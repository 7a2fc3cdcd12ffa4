import { type MouseEvent, type ReactNode, useEffect, useRef } from 'react';
import { closeDialog } from '../stores/dialog-store';

interface DialogProps {
  readonly label: string;
  readonly className: string;
  readonly children: ReactNode;
}

/** A modal dialog: the browser keeps the focus inside, Escape and a click beside it close it. */
export function Dialog({ label, className, children }: DialogProps) {
  const root = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = root.current;
    const before = document.activeElement;
    element?.showModal();
    element?.querySelector<HTMLElement>('input, button')?.focus();
    return () => {
      element?.close();
      if (before instanceof HTMLElement || before instanceof SVGElement) before.focus({ preventScroll: true });
    };
  }, []);
  const clickBeside = (event: MouseEvent): void => {
    if (event.target === root.current) closeDialog();
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it
    <dialog
      ref={root}
      className={`dialog ${className}`}
      aria-label={label}
      onClick={clickBeside}
      onCancel={closeDialog}
    >
      <div className="dialog-body">{children}</div>
    </dialog>
  );
}

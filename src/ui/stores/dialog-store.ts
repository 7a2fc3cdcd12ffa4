import { create } from 'zustand';

export type DialogName = 'palette' | 'keys';

/** The dialog that is open, if any. */
export const useDialogStore = create<{ readonly open: DialogName | undefined }>()(() => ({ open: undefined }));

export function openDialog(open: DialogName): void {
  useDialogStore.setState({ open });
}

export function closeDialog(): void {
  useDialogStore.setState({ open: undefined });
}

import { create } from 'zustand';

/** The edge under the pointer or with the focus: its label is shown even when there is no room for it. */
export const useHoverStore = create<{ readonly edgeId: string | undefined }>()(() => ({ edgeId: undefined }));

export function setHoveredEdge(edgeId: string | undefined): void {
  if (useHoverStore.getState().edgeId !== edgeId) useHoverStore.setState({ edgeId });
}

import { create } from 'zustand';
import type { Camera } from './camera';

/** Where the camera stands, for popovers that hang from things in the picture. Read it with a subscription that writes by ref. */
export const useCameraStore = create<Camera>()(() => ({ x: 0, y: 0, zoom: 1 }));

export function setCamera({ x, y, zoom }: Camera): void {
  useCameraStore.setState({ x, y, zoom });
}

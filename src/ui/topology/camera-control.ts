import type { Rect } from './geometry';

/** The canvas lends its camera to the commands while it is shown. */
export interface CameraControl {
  zoomBy(factor: number): void;
  /** Moves the picture so that this rectangle (canvas units) is in the middle, at the present scale. */
  centreOn(rect: Rect): void;
}

let control: CameraControl | undefined;

export function lendCamera(lent: CameraControl): () => void {
  control = lent;
  return () => {
    if (control === lent) control = undefined;
  };
}

export function centreOn(rect: Rect): void {
  control?.centreOn(rect);
}

export function zoomBy(factor: number): void {
  control?.zoomBy(factor);
}

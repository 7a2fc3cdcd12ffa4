/** The canvas lends its camera to the commands while it is shown. */
export interface CameraControl {
  zoomBy(factor: number): void;
}

let control: CameraControl | undefined;

export function lendCamera(lent: CameraControl): () => void {
  control = lent;
  return () => {
    if (control === lent) control = undefined;
  };
}

export function zoomBy(factor: number): void {
  control?.zoomBy(factor);
}

/** Told when a load's or a probe's request is over. */
export interface RequestOwner {
  requestFinished(frame: number, response: number): void;
}

/** Decides about TLS for applications, which know nothing of it themselves. */
export interface ApplicationTls {
  /** `hostname` is set for outside hosts that speak TLS. */
  serveApplication(connection: number, hostname: string | undefined): { readonly kind: string };
}

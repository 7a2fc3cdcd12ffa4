import type { Ns } from '../../base';
import { CONNECT_REFUSED, type Party } from '../network';

/** Every proxy of the mesh. */
export class Proxies implements Party {
  addProxy(_slot: number): void {}
  removeProxy(_slot: number): void {}
  kill(_slot: number): void {}
  passNs(): Ns {
    return 0;
  }
  accept(): number {
    return CONNECT_REFUSED;
  }
  serveRequest(): void {}
  dropServedLeg(): void {}
  forgetServedConnection(): void {}
  handleConnected(): void {}
  handleConnectFailure(): void {}
  handleResponse(): void {}
  handleReset(): void {}
  handleClosedByServer(): void {}
}

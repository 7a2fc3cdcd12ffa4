import { assertDefined } from '../../../base';
import type { ConnectionInfo, PeerTls } from '../semantics';

/** Everything that rules may ask about a downstream connection, apart from its ephemeral port. */
export interface ConnectionClass {
  readonly info: ConnectionInfo;
  /** URI SANs of the certificate that the proxy itself showed on the connection. */
  readonly localUriSans: readonly string[];
}

/** Plain-data form of a class. */
export interface PlainConnectionClass {
  readonly remoteIp: string;
  readonly localIp: string;
  readonly localPort: number;
  readonly protocol: string;
  readonly serverName: string;
  readonly tls?: PeerTls;
  readonly localUriSans: readonly string[];
}

/** Filter state under which Istio's peer matching finds the client's identity. */
const PEER_PRINCIPAL = 'io.istio.peer_principal';
const LOCAL_PRINCIPAL = 'io.istio.local_principal';

function toClass(plain: PlainConnectionClass): ConnectionClass {
  const remote = { address: plain.remoteIp, port: 0 };
  const peer = plain.tls?.uriSans[0];
  const local = plain.localUriSans[0];
  const filterState = new Map<string, string>();
  if (peer !== undefined) filterState.set(PEER_PRINCIPAL, peer);
  if (local !== undefined) filterState.set(LOCAL_PRINCIPAL, local);
  const base = {
    directRemoteAddress: remote,
    remoteAddress: remote,
    localAddress: { address: plain.localIp, port: plain.localPort },
    requestedServerName: plain.serverName,
    protocol: plain.protocol,
    filterState,
  };
  const info: ConnectionInfo = plain.tls === undefined ? base : { ...base, tls: plain.tls };
  return { info, localUriSans: plain.localUriSans };
}

/** Plain-data state of {@link ConnectionClasses}. */
export interface ConnectionClassesState {
  readonly classes: readonly (PlainConnectionClass | undefined)[];
  readonly free: readonly number[];
}

/** Downstream connections that no rule can tell apart share a number, under which decisions are cached. */
export class ConnectionClasses {
  readonly #plain: (PlainConnectionClass | undefined)[] = [];
  readonly #classes: (ConnectionClass | undefined)[] = [];
  readonly #numbers = new Map<string, number>();
  #free: number[] = [];

  get size(): number {
    return this.#classes.length - this.#free.length;
  }

  numberOf(plain: PlainConnectionClass): number {
    const key = JSON.stringify(plain);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#free.pop() ?? this.#classes.length;
    this.#set(number, plain, key);
    return number;
  }

  #set(number: number, plain: PlainConnectionClass, key: string): void {
    this.#plain[number] = plain;
    this.#classes[number] = toClass(plain);
    this.#numbers.set(key, number);
  }

  get(number: number): ConnectionClass {
    return assertDefined(this.#classes[number], 'unknown class of connections');
  }

  /** Forgets every class that `isUsed` denies. */
  sweep(isUsed: (number: number) => boolean): void {
    this.#plain.forEach((plain, number) => {
      if (plain === undefined || isUsed(number)) return;
      this.#numbers.delete(JSON.stringify(plain));
      this.#plain[number] = undefined;
      this.#classes[number] = undefined;
      this.#free.push(number);
    });
  }

  save(): ConnectionClassesState {
    return { classes: this.#plain.slice(), free: this.#free.slice() };
  }

  restore(state: ConnectionClassesState): void {
    this.#plain.length = 0;
    this.#classes.length = 0;
    this.#numbers.clear();
    state.classes.forEach((plain, number) => {
      if (plain !== undefined) this.#set(number, plain, JSON.stringify(plain));
      else {
        this.#plain[number] = undefined;
        this.#classes[number] = undefined;
      }
    });
    this.#free = state.free.slice();
  }
}

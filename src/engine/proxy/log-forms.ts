import {
  type AccessLogConfig,
  type Cluster,
  clusterFilterMetadata,
  type HttpProtocolOptions,
  type JsonObject,
} from '../../xds';
import { type CompiledChain, type CompiledCluster, contentKey } from './config';
import { type CompiledAccessLog, compileAccessLog } from './semantics';

const DEFAULT_LOG: AccessLogConfig = { name: 'envoy.access_loggers.file', path: '/dev/stdout' };

/** What lines show of the cluster that was routed to. */
export interface LoggedCluster {
  readonly protocol: HttpProtocolOptions['protocol'];
  readonly metadata?: JsonObject;
}

/** What lines about the same way through a proxy have in common, apart from what they name. Plain data. */
export interface LineForm {
  readonly log: AccessLogConfig;
  readonly filterChain: string;
  /** URI names of the certificate that the proxy showed its client, joined by commas. */
  readonly localUriSans: string;
  readonly virtualCluster: string;
  readonly cluster?: LoggedCluster;
}

/** What a form is made of. */
export interface LineWay {
  readonly loggers: readonly AccessLogConfig[];
  readonly chain?: CompiledChain;
  readonly localUriSans?: readonly string[];
  readonly virtualCluster?: string | undefined;
  readonly cluster?: CompiledCluster | undefined;
}

/** Forms by number, so that a line needs one number for all that follows from the configuration. The table only grows. */
export class LineForms {
  readonly #forms: LineForm[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #compiled: (CompiledAccessLog | undefined)[] = [];
  /** Numbers of loggers and clusters by content. */
  readonly #contents = new Map<string, number>();
  readonly #contentNumbers = new WeakMap<object, number>();
  readonly #clusters = new WeakMap<Cluster, LoggedCluster>();

  numberOf({ loggers, chain, localUriSans = [], virtualCluster = '', cluster }: LineWay): number {
    const logged = cluster === undefined ? undefined : this.#loggedCluster(cluster.source);
    return this.#intern({
      log: loggers[0] ?? DEFAULT_LOG,
      filterChain: chain?.source.name ?? '',
      localUriSans: localUriSans.join(','),
      virtualCluster,
      ...(logged === undefined ? {} : { cluster: logged }),
    });
  }

  #intern(form: LineForm): number {
    const { log, filterChain, localUriSans, virtualCluster, cluster } = form;
    const clusterNumber = cluster === undefined ? '' : this.#contentNumber(cluster);
    const key = [this.#contentNumber(log), clusterNumber, filterChain, localUriSans, virtualCluster].join('\u0000');
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#forms.push(form) - 1;
    this.#numbers.set(key, number);
    return number;
  }

  #contentNumber(content: object): number {
    const known = this.#contentNumbers.get(content);
    if (known !== undefined) return known;
    const key = contentKey(content);
    const number = this.#contents.get(key) ?? this.#contents.size;
    this.#contents.set(key, number);
    this.#contentNumbers.set(content, number);
    return number;
  }

  #loggedCluster(cluster: Cluster): LoggedCluster {
    const known = this.#clusters.get(cluster);
    if (known !== undefined) return known;
    const metadata = clusterFilterMetadata(cluster);
    const { protocol } = cluster.httpProtocol;
    const logged: LoggedCluster = metadata === undefined ? { protocol } : { protocol, metadata };
    this.#clusters.set(cluster, logged);
    return logged;
  }

  get(number: number): LineForm | undefined {
    return this.#forms[number];
  }

  /** The logger of a form, ready to write. */
  compiled(number: number): CompiledAccessLog {
    let compiled = this.#compiled[number];
    if (compiled === undefined) {
      compiled = compileAccessLog(this.#forms[number]?.log ?? DEFAULT_LOG);
      this.#compiled[number] = compiled;
    }
    return compiled;
  }

  save(): readonly LineForm[] {
    return this.#forms.slice();
  }

  /** Makes the saved numbers valid here. */
  restore(forms: readonly LineForm[]): void {
    for (const form of forms.slice(this.#forms.length)) this.#intern(form);
  }
}

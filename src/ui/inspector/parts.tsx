/** What all inspectors are made of. */
import type { ReactNode } from 'react';
import { useApp } from '../app-context';
import type { ShareText, TrafficDisplay } from '../model/traffic';
import { usePolled } from './use-polled';

export interface BigNumber {
  readonly value: string;
  readonly label: string;
  readonly tone?: 'bad' | 'warn' | '';
}

export function BigNumbers({ numbers }: { readonly numbers: readonly BigNumber[] }) {
  return (
    <div className="big-numbers">
      {numbers.map(({ value, label, tone }) => (
        <div key={label} className={tone ? `tone-${tone}` : ''}>
          {value}
          <span>{label}</span>
        </div>
      ))}
    </div>
  );
}

export function errorTone(traffic: TrafficDisplay): 'bad' | 'warn' | '' {
  if (traffic.health === 'failing') return 'bad';
  return traffic.health === 'degraded' ? 'warn' : '';
}

/** Names and values in two columns. */
export function KeyValues({ rows }: { readonly rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="key-values">
      {rows.map(([key, value]) => (
        <div key={key}>
          <dt>{key}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

export function statusTone(status: string): string {
  if (status === '0' || status.startsWith('5')) return 'badge badge-bad';
  if (status === '401' || status === '403') return 'badge badge-deny';
  if (status.startsWith('4')) return 'badge';
  return 'badge badge-ok';
}

/** Status codes with their share of the answers. */
export function Statuses({ statuses }: { readonly statuses: readonly ShareText[] }) {
  if (statuses.length === 0) return null;
  return (
    <p className="status-row">
      {statuses.map(({ name, percent }) => (
        <span key={name} className={statusTone(name)}>
          {name === '0' ? 'no answer' : name} {percent}
        </span>
      ))}
    </p>
  );
}

/** Each flag with the sentence that explains it. */
export function Flags({ flags }: { readonly flags: readonly { readonly name: string; readonly percent?: string }[] }) {
  const { client } = useApp();
  const names = flags.map((flag) => flag.name);
  const sentences = usePolled(() => client.flagSentences(names), names.join(' '), 60_000);
  return (
    <>
      {flags.map(({ name, percent }) => (
        <div key={name} className="flag-note">
          <span className="badge badge-bad">{percent === undefined ? name : `${name} ${percent}`}</span>
          <span>{sentences?.[name] ?? ''}</span>
        </div>
      ))}
    </>
  );
}

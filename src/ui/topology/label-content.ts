/** What an edge's label says: from the whole text down to the error share alone. */
import type { GraphEdgeView } from '../../worker';
import type { EdgeDisplay, ShareText } from '../model/traffic';

export type LabelTone = 'plain' | 'warn' | 'bad' | 'retry' | 'deny' | 'tcp';
export type LabelIcon = 'lock' | 'unlock' | 'shield';

export interface LabelPart {
  readonly text: string;
  readonly tone: LabelTone;
}

export interface LabelLine {
  readonly icon?: LabelIcon;
  readonly parts: readonly LabelPart[];
}

/** From the widest to the smallest; each says less than the one before. */
export type LabelVariants = readonly (readonly LabelLine[])[];

export interface LabelOptions {
  readonly showMutualTls: boolean;
  /** Both ends have proxies, so that plain text on the way is worth a word. */
  readonly meshed: boolean;
}

function part(text: string, tone: LabelTone = 'plain'): LabelPart {
  return { text, tone };
}

function isFailureStatus(share: ShareText): boolean {
  return share.name === '0' || share.name.startsWith('5');
}

/** "503 UF": what most failures look like. */
function failureKind(traffic: EdgeDisplay): string {
  const status = traffic.statuses.find(isFailureStatus)?.name;
  const flag = traffic.flags.find((share) => share.name !== '' && share.name !== '-')?.name;
  const word = status === '0' ? 'reset' : status;
  return [word, flag].filter((text) => text !== undefined).join(' ');
}

function failingVariants(traffic: EdgeDisplay): LabelVariants {
  const share = part(traffic.errors, traffic.health === 'failing' ? 'bad' : 'warn');
  const kind = failureKind(traffic);
  const first: LabelLine = { parts: kind === '' ? [share] : [share, part(` ${kind}`)] };
  const retries: LabelLine[] =
    traffic.retries === '' ? [] : [{ parts: [part(`+${traffic.retries} retries/s`, 'retry')] }];
  return dropEqual([[first, ...retries], [first], [{ parts: [share] }]]);
}

function deniedVariants(traffic: EdgeDisplay): LabelVariants {
  const share = `${Math.round(traffic.deniedRatio * 100)}%`;
  const status = traffic.statuses.find(({ name }) => name.startsWith('4'))?.name;
  const rest = status === undefined ? ' denied' : ` denied · ${status}`;
  return [[{ parts: [part(share, 'deny'), part(rest)] }], [{ parts: [part(share, 'deny')] }]];
}

function healthyVariants(traffic: EdgeDisplay, options: LabelOptions): LabelVariants {
  const latency = part(traffic.p95Label);
  const retries: LabelLine[] =
    traffic.retries === '' ? [] : [{ parts: [part(`+${traffic.retries} retries/s`, 'retry')] }];
  const short: LabelLine = { parts: [latency] };
  const percent = traffic.mutualTlsPercent;
  if (!options.showMutualTls || percent === undefined || (percent === 0 && !options.meshed)) {
    return dropEqual([[short, ...retries], [short]]);
  }
  if (percent < 100 && options.meshed) {
    const plain: LabelLine = { icon: 'unlock', parts: [part(`${100 - percent}%`, 'warn'), part(' plaintext')] };
    return dropEqual([[plain, ...retries], [plain], [short]]);
  }
  const locked: LabelLine = { icon: 'lock', parts: [part(`${percent}% · `), latency] };
  return dropEqual([[locked, ...retries], [locked], [{ icon: 'lock', parts: [latency] }], [short]]);
}

function dropEqual(variants: LabelVariants): LabelVariants {
  return variants.filter(
    (variant, index) => index === 0 || labelText(variant) !== labelText(variants[index - 1] ?? []),
  );
}

/** The label as one text, for readers and for comparing. */
export function labelText(lines: readonly LabelLine[]): string {
  const words = { lock: 'mutual TLS ', unlock: 'not encrypted ', shield: '' };
  return lines
    .map((line) => (line.icon === undefined ? '' : words[line.icon]) + line.parts.map(({ text }) => text).join(''))
    .join(', ');
}

/** The variants of an edge's label; undefined: nothing to say (no traffic). */
export function labelVariants(
  edge: GraphEdgeView,
  traffic: EdgeDisplay | undefined,
  options: LabelOptions,
): LabelVariants | undefined {
  if (traffic === undefined || traffic.ratePerS === 0) return undefined;
  if (traffic.deniedRatio >= 0.01 && traffic.deniedRatio >= traffic.errorRatio) return deniedVariants(traffic);
  if (traffic.errorRatio > 0) return failingVariants(traffic);
  if (edge.protocol === 'tcp') {
    const rate = part(`${traffic.rate}/s`, 'tcp');
    return [[{ parts: [rate, part(' connections')] }], [{ parts: [rate] }]];
  }
  return healthyVariants(traffic, options);
}

/** JetBrains Mono at 11 px: every character is 0.6 em wide, so that no text has to be measured in the document. */
const CHARACTER_PX = 6.6;
const LINE_PX = 16;
const ICON_PX = 15;
const PADDING_PX = { x: 16, y: 6 } as const;
/** Widths grow in steps of this many characters, so that a label does not move for every digit. */
const WIDTH_STEP = 2;

/** Size of a label on the screen. */
export function labelSize(lines: readonly LabelLine[]): { readonly width: number; readonly height: number } {
  const widths = lines.map((line) => {
    const length = line.parts.reduce((sum, { text }) => sum + text.length, 0);
    const stepped = Math.ceil(length / WIDTH_STEP) * WIDTH_STEP;
    return stepped * CHARACTER_PX + (line.icon === undefined ? 0 : ICON_PX);
  });
  return { width: Math.max(...widths) + PADDING_PX.x, height: lines.length * LINE_PX + PADDING_PX.y };
}

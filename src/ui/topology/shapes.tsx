/** Small drawings of the vocabulary: pods, particles, the product's mark. Shape carries the meaning, colour repeats it. */
import type { PodMark } from '../model/health';

const HEXAGON = 'M3.9 1.2h6.2L13.2 7l-3.1 5.8H3.9L.8 7z';

const FILLS: Partial<Record<PodMark, string>> = {
  ready: 'var(--ok)',
  busy: 'var(--warn)',
  failing: 'var(--bad)',
  terminating: 'var(--idle)',
};

function PodBody({ mark }: { readonly mark: PodMark }) {
  const fill = FILLS[mark];
  if (fill !== undefined) {
    return (
      <>
        <path d={HEXAGON} fill={fill} />
        {mark === 'busy' && (
          <path d="M7 3.9v3.7M7 10v.1" stroke="var(--surface)" strokeWidth="1.6" strokeLinecap="round" />
        )}
        {mark === 'failing' && (
          <path d="m5 5 4 4M9 5 5 9" stroke="var(--surface)" strokeWidth="1.6" strokeLinecap="round" />
        )}
      </>
    );
  }
  switch (mark) {
    case 'starting':
      return <path d={HEXAGON} fill="none" stroke="var(--accent)" strokeWidth="1.4" strokeDasharray="2.5 2" />;
    case 'ejected':
      return (
        <g fill="none" stroke="var(--warn)" strokeWidth="1.6">
          <path d={HEXAGON} />
          <path d="m3.5 10.5 7-7" />
        </g>
      );
    case 'crashed':
      return (
        <g fill="none" stroke="var(--bad)">
          <path d={HEXAGON} strokeWidth="1.6" />
          <path d="M8 1.4 6.1 6l2.5 1.7L6.3 12.6" strokeWidth="1.4" />
        </g>
      );
    default:
      return <path d={HEXAGON} fill="none" stroke="var(--idle)" strokeWidth="1.4" />;
  }
}

/** One hexagon per pod, with an inner mark per state. */
export function PodShape({ mark }: { readonly mark: PodMark }) {
  return (
    <svg className="pod-shape" viewBox="0 0 14 14" aria-hidden="true">
      <PodBody mark={mark} />
    </svg>
  );
}

export type ParticleKind = 'success' | 'retry' | 'failure' | 'denied' | 'tcp' | 'mirrored';

const PARTICLES: Readonly<Record<ParticleKind, React.ReactNode>> = {
  success: <circle r="4.2" fill="var(--ok)" />,
  retry: <circle r="4.2" fill="none" stroke="var(--retry)" strokeWidth="2.2" />,
  failure: <path d="m-4-4 8 8m0-8-8 8" stroke="var(--bad)" strokeWidth="2.4" strokeLinecap="round" />,
  denied: <rect x="-4" y="-4" width="8" height="8" rx="1.5" fill="var(--deny)" />,
  tcp: <path d="m0-5 5 5-5 5-5-5z" fill="var(--tcp)" />,
  mirrored: <circle r="3.4" fill="none" stroke="var(--text-3)" strokeWidth="1.4" strokeDasharray="2 1.6" />,
};

export function ParticleShape({ kind, size = 12 }: { readonly kind: ParticleKind; readonly size?: number }) {
  return (
    <svg className="particle-shape" viewBox="-6 -6 12 12" width={size} height={size} aria-hidden="true">
      {PARTICLES[kind]}
    </svg>
  );
}

/** A ring whose red part is the share of errors. */
export function ErrorRing({
  ratio,
  idle,
  size,
}: {
  readonly ratio: number;
  readonly idle: boolean;
  readonly size: number;
}) {
  const circumference = 2 * Math.PI * 18;
  return (
    <svg className="error-ring" viewBox="0 0 46 46" width={size} height={size} fill="none" aria-hidden="true">
      <circle cx="23" cy="23" r="18" stroke={idle ? 'var(--idle)' : 'var(--ok)'} strokeWidth="4" />
      {ratio > 0 && (
        <circle
          cx="23"
          cy="23"
          r="18"
          stroke="var(--bad)"
          strokeWidth="4.6"
          strokeDasharray={`${circumference * Math.max(0.02, ratio)} ${circumference}`}
          transform="rotate(-90 23 23)"
        />
      )}
    </svg>
  );
}

export function ProductMark({ size = 24 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" fill="none" aria-hidden="true">
      <path d="M12 2.2 20.5 7v10L12 21.8 3.5 17V7z" stroke="var(--accent)" strokeWidth="1.6" strokeLinejoin="round" />
      <path d="M3.5 7 12 12l8.5-5M12 12v9.8" stroke="var(--accent)" strokeWidth="1.6" opacity=".55" />
      <circle cx="12" cy="12" r="2.6" fill="var(--ok)" />
    </svg>
  );
}

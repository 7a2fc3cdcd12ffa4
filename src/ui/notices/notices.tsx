import './notices.css';
import { useEffect, useState } from 'react';
import { Icon, type IconName } from '../parts/icon';
import {
  type Banner,
  dismissBanner,
  dismissToast,
  type NoticeAction,
  type NoticeTone,
  type Toast,
  useNoticesStore,
} from '../stores/notices-store';

const TOAST_MS = 6_000;
const TOAST_ICONS: Readonly<Record<NoticeTone, IconName>> = { good: 'check', bad: 'errors', info: 'info' };
const TOAST_TONES: Readonly<Record<NoticeTone, string>> = { good: 'tone-ok', bad: 'tone-bad', info: 'tone-accent' };

/** Messages at the bottom right; each stays for six seconds, longer while the pointer or the focus is on it. */
export function Toasts() {
  const toasts = useNoticesStore((state) => state.toasts);
  return (
    <section className="toasts" aria-label="Messages">
      {toasts.map((toast) => (
        <ToastView key={toast.id} toast={toast} />
      ))}
    </section>
  );
}

function ToastView({ toast }: { readonly toast: Toast }) {
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => dismissToast(toast.id), TOAST_MS);
    return () => clearTimeout(timer);
  }, [held, toast.id]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hovering only keeps the message
    <div
      className="toast"
      data-testid="toast"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <span className={TOAST_TONES[toast.tone]}>
        <Icon name={TOAST_ICONS[toast.tone]} />
      </span>
      <NoticeText title={toast.title} detail={toast.detail} />
      <NoticeActs
        {...(toast.action === undefined ? {} : { action: toast.action })}
        onDismiss={() => dismissToast(toast.id)}
      />
    </div>
  );
}

function NoticeText({ title, detail }: { readonly title: string; readonly detail: string }) {
  return (
    <span>
      <b>{title}</b>
      {detail !== '' && <br />}
      {detail}
    </span>
  );
}

interface NoticeActsProps {
  readonly action?: NoticeAction;
  readonly onDismiss?: () => void;
}

function NoticeActs({ action, onDismiss }: NoticeActsProps) {
  const run = (): void => {
    action?.run();
    onDismiss?.();
  };
  return (
    <span className="notice-acts">
      {action !== undefined && (
        <button type="button" className="button button-small" onClick={run}>
          {action.label}
        </button>
      )}
      {onDismiss !== undefined && (
        <button type="button" className="notice-close" aria-label="Dismiss" onClick={onDismiss}>
          <Icon name="close" size="small" />
        </button>
      )}
    </span>
  );
}

const BANNER_ICONS: Readonly<Record<Banner['icon'], IconName>> = {
  crash: 'crash',
  slow: 'slow',
  controlPlane: 'controlPlane',
};

/** Lasting states, above the picture. */
export function Banners() {
  const banners = useNoticesStore((state) => state.banners);
  if (banners.length === 0) return null;
  return (
    <div className="banners">
      {banners.map((banner) => (
        <div key={banner.key} className={`banner banner-${banner.tone}`} data-testid={`banner-${banner.key}`}>
          <span className={`tone-${banner.tone}`}>
            <Icon name={BANNER_ICONS[banner.icon]} />
          </span>
          <NoticeText title={banner.title} detail={banner.detail} />
          <NoticeActs
            {...(banner.action === undefined ? {} : { action: banner.action })}
            {...(banner.dismissible ? { onDismiss: () => dismissBanner(banner.key) } : {})}
          />
        </div>
      ))}
    </div>
  );
}

/** Says what happened to those who cannot see it. */
export function LiveRegion() {
  const { number, text } = useNoticesStore((state) => state.announcement);
  return (
    <div className="visually-hidden" role="status" aria-live="polite" data-testid="live-region">
      <span key={number}>{text}</span>
    </div>
  );
}

import { create } from 'zustand';

export type NoticeTone = 'good' | 'bad' | 'info';

/** One button of a notice. */
export interface NoticeAction {
  readonly label: string;
  run(): void;
}

export interface Toast {
  readonly id: number;
  readonly tone: NoticeTone;
  readonly title: string;
  readonly detail: string;
  readonly action?: NoticeAction;
}

/** A lasting state that the whole screen should know about. One per key. */
export interface Banner {
  readonly key: string;
  readonly tone: 'bad' | 'warn';
  readonly icon: 'crash' | 'slow' | 'controlPlane';
  readonly title: string;
  readonly detail: string;
  readonly action?: NoticeAction;
  readonly dismissible: boolean;
}

interface NoticesState {
  readonly toasts: readonly Toast[];
  readonly banners: readonly Banner[];
  /** Read out by screen readers; the number makes equal sentences distinct. */
  readonly announcement: { readonly number: number; readonly text: string };
}

const MAX_TOASTS = 4;

export const useNoticesStore = create<NoticesState>()(() => ({
  toasts: [],
  banners: [],
  announcement: { number: 0, text: '' },
}));

let nextId = 1;

export function announce(text: string): void {
  const { announcement } = useNoticesStore.getState();
  useNoticesStore.setState({ announcement: { number: announcement.number + 1, text } });
}

/** Shows a message at the bottom right, and reads it out. */
export function toast(content: Omit<Toast, 'id'>): void {
  const { toasts } = useNoticesStore.getState();
  useNoticesStore.setState({ toasts: [...toasts, { ...content, id: nextId++ }].slice(-MAX_TOASTS) });
  announce(content.detail === '' ? content.title : `${content.title}. ${content.detail}`);
}

export function dismissToast(id: number): void {
  const { toasts } = useNoticesStore.getState();
  useNoticesStore.setState({ toasts: toasts.filter((candidate) => candidate.id !== id) });
}

export function showBanner(banner: Banner): void {
  const { banners } = useNoticesStore.getState();
  const isNew = !banners.some((candidate) => candidate.key === banner.key);
  useNoticesStore.setState({ banners: [...banners.filter((candidate) => candidate.key !== banner.key), banner] });
  if (isNew) announce(`${banner.title}. ${banner.detail}`);
}

export function dismissBanner(key: string): void {
  const { banners } = useNoticesStore.getState();
  if (banners.some((banner) => banner.key === key)) {
    useNoticesStore.setState({ banners: banners.filter((banner) => banner.key !== key) });
  }
}

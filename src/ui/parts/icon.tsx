import {
  BookOpen,
  Check,
  ChevronDown,
  CircleAlert,
  CircleHelp,
  Clock,
  CodeXml,
  Database,
  FileBadge,
  Gauge,
  Globe,
  Hourglass,
  Info,
  Keyboard,
  Lock,
  LockOpen,
  LogIn,
  Maximize,
  Monitor,
  Moon,
  OctagonAlert,
  PanelBottomClose,
  PanelBottomOpen,
  PanelLeftClose,
  PanelRightClose,
  Pause,
  Play,
  RadioTower,
  RotateCcw,
  ScissorsLineDashed,
  Search,
  Shield,
  StepForward,
  Sun,
  Table,
  Trash,
  TriangleAlert,
  Unplug,
  Upload,
  Users,
  WandSparkles,
  X,
  Zap,
} from 'lucide-react';

/** Lucide draws on 24 units; this stroke is 1.5 px at 16. */
const STROKE = 2.2;

const GLYPHS = {
  book: BookOpen,
  check: Check,
  chevron: ChevronDown,
  clock: Clock,
  close: X,
  code: CodeXml,
  database: Database,
  delay: Clock,
  certificate: FileBadge,
  controlPlane: RadioTower,
  errors: OctagonAlert,
  fit: Maximize,
  foldDown: PanelBottomClose,
  foldUp: PanelBottomOpen,
  foldLeft: PanelLeftClose,
  foldRight: PanelRightClose,
  gateway: LogIn,
  globe: Globe,
  hang: Hourglass,
  help: CircleHelp,
  info: Info,
  keyboard: Keyboard,
  lock: Lock,
  unlock: LockOpen,
  moon: Moon,
  partition: ScissorsLineDashed,
  pause: Pause,
  play: Play,
  refuse: Unplug,
  restart: RotateCcw,
  search: Search,
  shield: Shield,
  slow: Gauge,
  step: StepForward,
  sun: Sun,
  system: Monitor,
  table: Table,
  tidy: WandSparkles,
  trash: Trash,
  upload: Upload,
  users: Users,
  warn: TriangleAlert,
  problem: CircleAlert,
  bolt: Zap,
} as const;

export type IconName = keyof typeof GLYPHS | 'hexagon' | 'crash' | 'loss';

/** Drawn here because no set has them: the service's hexagon, a broken one, a gap in a line. */
const OWN: Partial<Record<IconName, string>> = {
  hexagon: 'M8 1.9 13.3 5v6L8 14.1 2.7 11V5z',
  crash: 'M8 1.9 13.3 5v6L8 14.1 2.7 11V5zM8.2 1.9 6.6 6.1l2.6 1.5-2.2 3.3.9 3',
  loss: 'M1.9 8h2.3M6.3 8h1.4M12 8h2.1M9.3 6.4l1.7 3.2M11 6.4 9.3 9.6',
};

export type IconSize = 'regular' | 'small' | 'tiny';

const SIZE_CLASS: Readonly<Record<IconSize, string>> = {
  regular: 'icon',
  small: 'icon icon-sm',
  tiny: 'icon icon-xs',
};

/** A decorative icon: whoever shows it gives it a name. */
export function Icon({ name, size = 'regular' }: { readonly name: IconName; readonly size?: IconSize }) {
  const own = OWN[name];
  if (own !== undefined) {
    return (
      <svg
        className={SIZE_CLASS[size]}
        viewBox="0 0 16 16"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
      >
        <path d={own} />
      </svg>
    );
  }
  if (!isGlyph(name)) return null;
  const Glyph = GLYPHS[name];
  return <Glyph className={SIZE_CLASS[size]} strokeWidth={STROKE} aria-hidden="true" />;
}

function isGlyph(name: IconName): name is keyof typeof GLYPHS {
  return Object.hasOwn(GLYPHS, name);
}

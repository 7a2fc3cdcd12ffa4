import './phone.css';
import { lazy, type ReactNode, Suspense } from 'react';
import { dialectName } from '../model/dialects';
import { useScenarioStore } from '../stores/scenario-store';
import { useSelectionStore } from '../stores/selection-store';
import { ProductMark } from '../topology/shapes';
import { Clock } from './clock';
import { Markdown } from './markdown';
import { PlayButton, SpeedMenu } from './transport-bar';

const InspectorContent = lazy(() => import('../inspector/inspector-content'));

/** To read only: the graph, what is selected, and the clock. */
export function PhoneShell({ graph }: { readonly graph: ReactNode }) {
  const current = useScenarioStore((state) => state.current);
  return (
    <div className="phone">
      <header className="phone-top">
        <ProductMark />
        <div>
          <h1>{current?.title ?? 'Meshwork'}</h1>
          <span>{current === undefined ? 'read only' : `${dialectName(current.dialect)} · read only`}</span>
        </div>
      </header>
      <main className="phone-graph" aria-label="Topology">
        {graph}
      </main>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, also by keyboard */}
      <section className="phone-sheet" aria-label="Details" tabIndex={0}>
        <PhoneSheet />
      </section>
      <footer className="phone-transport">
        <PlayButton />
        <Clock digits={1} />
        <SpeedMenu />
      </footer>
    </div>
  );
}

function PhoneSheet() {
  const selected = useSelectionStore((state) => state.panel === 'inspector');
  const notes = useScenarioStore((state) => state.current?.notes ?? '');
  if (!selected) return <Markdown text={notes} />;
  return (
    <Suspense>
      <InspectorContent />
    </Suspense>
  );
}

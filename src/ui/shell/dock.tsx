import { type KeyboardEvent, Suspense } from 'react';
import { type DockTab, useApp } from '../app-context';
import { CommandButton } from '../parts/command-button';
import { PanelBoundary } from '../parts/panel-boundary';
import { setPanels, showDockTab, useLayoutStore } from '../stores/layout-store';
import { SplitHandle } from './split-handle';

/** The tabs at the bottom. Folded, only their row is left. */
export function Dock({ resizable }: { readonly resizable: boolean }) {
  const { slots } = useApp();
  const open = useLayoutStore((state) => state.dockOpen);
  const height = useLayoutStore((state) => state.dockHeight);
  const wanted = useLayoutStore((state) => state.dockTab);
  const current = slots.dockTabs.find((tab) => tab.id === wanted) ?? slots.dockTabs[0];
  if (current === undefined) return null;
  const Content = current.component;
  return (
    <section className="dock" aria-label="Dock" data-testid="dock">
      {resizable && open && (
        <SplitHandle panel="dockHeight" name="Height of the dock" size={height} grows={-1} orientation="horizontal" />
      )}
      <div className="dock-row">
        <TabRow tabs={slots.dockTabs} current={current.id} open={open} />
        {resizable && (
          <CommandButton
            command="view.dock"
            look="icon"
            icon={open ? 'foldDown' : 'foldUp'}
            name={open ? 'Fold the dock' : 'Unfold the dock'}
          />
        )}
      </div>
      {(open || !resizable) && (
        <div className="dock-content" role="tabpanel" id="dock-panel" aria-labelledby={`dock-tab-${current.id}`}>
          <PanelBoundary key={current.id} name={current.label}>
            <Suspense fallback={<div className="panel-loading">Loading …</div>}>
              <Content />
            </Suspense>
          </PanelBoundary>
        </div>
      )}
    </section>
  );
}

interface TabRowProps {
  readonly tabs: readonly DockTab[];
  readonly current: string;
  readonly open: boolean;
}

function TabRow({ tabs, current, open }: TabRowProps) {
  const step = (event: KeyboardEvent): void => {
    const at = tabs.findIndex((tab) => tab.id === current);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    const next = to === undefined ? undefined : tabs[(to + tabs.length) % tabs.length];
    if (next === undefined) return;
    event.preventDefault();
    setPanels({ dockTab: next.id });
    document.getElementById(`dock-tab-${next.id}`)?.focus();
  };
  return (
    <div className="tab-row" role="tablist" aria-label="Dock" onKeyDown={step}>
      {tabs.map((tab) => (
        <button
          key={tab.id}
          type="button"
          role="tab"
          id={`dock-tab-${tab.id}`}
          aria-selected={tab.id === current}
          aria-controls={open ? 'dock-panel' : undefined}
          tabIndex={tab.id === current ? 0 : -1}
          className={tab.id === current && open ? 'tab is-current' : 'tab'}
          onClick={() => showDockTab(tab.id)}
        >
          {tab.label}
        </button>
      ))}
    </div>
  );
}

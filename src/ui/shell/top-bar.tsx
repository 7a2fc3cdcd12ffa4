import { useApp } from '../app-context';
import { dialectName } from '../model/dialects';
import { CommandButton } from '../parts/command-button';
import { Menu } from '../parts/menu';
import { useActivityStore } from '../stores/activity-store';
import { useScenarioStore } from '../stores/scenario-store';
import { useSelectionStore } from '../stores/selection-store';
import { useThemeStore } from '../theme/theme';
import { ProductMark } from '../topology/shapes';
import { TransportBar } from './transport-bar';

export function TopBar() {
  return (
    <header className="top-bar">
      <div className="top-left">
        <div className="product">
          <ProductMark />
          <span className="product-name">Meshwork</span>
        </div>
        <ScenarioPicker />
      </div>
      <TransportBar />
      <div className="top-right">
        <CommandButton command="help.palette" look="icon" icon="search" />
        <CommandButton command="help.keys" look="icon" icon="keyboard" />
        <ThemeButton />
        <MendButton />
        <ChaosButton />
      </div>
    </header>
  );
}

function ScenarioPicker() {
  const { commands } = useApp();
  const scenarios = useScenarioStore((state) => state.scenarios);
  const current = useScenarioStore((state) => state.current);
  const dialect = current === undefined ? '' : dialectName(current.dialect);
  return (
    <Menu
      name={`Scenario: ${current?.title ?? 'none'}`}
      className="scenario-picker"
      options={scenarios.map(({ id, title, summary }) => ({ id, label: title, detail: summary }))}
      selected={current?.id}
      onSelect={(id) => commands.run(`scenario.${id}`)}
    >
      <span className="scenario-title">
        <b>{current?.title ?? 'No scenario'}</b>
        {dialect !== '' && <span className="scenario-dialect"> · {dialect}</span>}
      </span>
    </Menu>
  );
}

const THEME_ICONS = { system: 'system', dark: 'moon', light: 'sun' } as const;

function ThemeButton() {
  const choice = useThemeStore((state) => state.choice);
  return <CommandButton command="view.theme" look="icon" icon={THEME_ICONS[choice]} name={`Theme: ${choice}`} />;
}

function ChaosButton() {
  const open = useSelectionStore((state) => state.panel === 'chaos');
  return <CommandButton command="chaos.open" icon="bolt" pressed={open} />;
}

/** Only there while something is broken. */
function MendButton() {
  const faults = useActivityStore((state) => state.faults.length);
  if (faults === 0) return null;
  return (
    <CommandButton command="chaos.mend" className="button-danger">
      Mend {faults === 1 ? '1 fault' : `${faults} faults`}
    </CommandButton>
  );
}

import './inspector.css';
import { useSelectionStore } from '../stores/selection-store';
import { EdgeInspector, EdgeTitle } from './edge-inspector';
import { FlightInspector, FlightTitle } from './flight-inspector';
import { PodInspector, PodTitle } from './pod-inspector';
import { ServiceInspector, ServiceTitle } from './service-inspector';

export function InspectorTitle() {
  const selection = useSelectionStore((state) => state.selection);
  const flight = useSelectionStore((state) => state.flight);
  if (flight !== undefined) return <FlightTitle flight={flight} />;
  switch (selection.kind) {
    case 'service':
      return <ServiceTitle id={selection.id} />;
    case 'pod':
      return <PodTitle id={selection.id} />;
    case 'edge':
      return <EdgeTitle id={selection.id} />;
    case 'mesh':
      return null;
  }
}

export function InspectorBody() {
  const selection = useSelectionStore((state) => state.selection);
  const flight = useSelectionStore((state) => state.flight);
  if (flight !== undefined) return <FlightInspector flight={flight} />;
  switch (selection.kind) {
    case 'service':
      return <ServiceInspector id={selection.id} />;
    case 'pod':
      return <PodInspector id={selection.id} />;
    case 'edge':
      return <EdgeInspector id={selection.id} />;
    case 'mesh':
      return null;
  }
}

/** Title and body without a popover around them, for places that are a panel already. */
export default function InspectorContent() {
  return (
    <div className="inspector-sheet">
      <div className="popover-head">
        <InspectorTitle />
      </div>
      <InspectorBody />
    </div>
  );
}

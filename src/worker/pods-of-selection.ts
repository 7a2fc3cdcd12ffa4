import type { Selection, Session } from '../session';

/** Ids of the pods that a selection stands for, both ends of an edge included; undefined = all. */
export function podsOfSelection(session: Session, selection: Selection): ReadonlySet<string> | undefined {
  if (selection.kind === 'mesh') return undefined;
  if (selection.kind === 'pod') return new Set([selection.id]);
  const { services, edges } = session.topology();
  const podsOfService = (id: string) => services.find((service) => service.id === id)?.pods.map((pod) => pod.id) ?? [];
  if (selection.kind === 'service') return new Set(podsOfService(selection.id));
  const edge = edges.find((candidate) => candidate.id === selection.id);
  return new Set(edge === undefined ? [] : [...podsOfService(edge.source), ...podsOfService(edge.destination)]);
}

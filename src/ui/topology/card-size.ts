import type { ServiceNodeView } from '../../worker';

/** Cards have fixed sizes, so that nothing of them has to be measured in the document. Canvas units. */
export const CARD = { width: 184, height: 112, heightWithoutPods: 84 } as const;
const NARROW = { client: 164, gateway: 184, external: 184 } as const;

export function cardSize(service: ServiceNodeView): { readonly width: number; readonly height: number } {
  const width = service.kind === 'service' ? CARD.width : NARROW[service.kind];
  const hasPods = service.pods.length > 0 || service.kind === 'service';
  return { width, height: hasPods ? CARD.height : CARD.heightWithoutPods };
}

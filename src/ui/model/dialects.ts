/** How the dialects are called. */
const NAMES: Readonly<Record<string, string>> = {
  istio: 'Istio',
  'gateway-api': 'Gateway API',
  linkerd: 'Linkerd',
  consul: 'Consul',
  kuma: 'Kuma',
  osm: 'Open Service Mesh',
};

export function dialectName(id: string): string {
  return NAMES[id] ?? id;
}

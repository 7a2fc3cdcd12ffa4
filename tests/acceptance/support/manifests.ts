// Short ways to write the manifests that the edits apply. Every text is what a user would type.

function indent(text: string, width: number): string {
  const pad = ' '.repeat(width);
  return text
    .trim()
    .split('\n')
    .map((line) => (line === '' ? line : `${pad}${line}`))
    .join('\n');
}

export interface RuleOptions {
  readonly namespace?: string;
  /** Gateways the rule is bound to; the mesh without. */
  readonly gateways?: readonly string[];
}

/** A VirtualService; `http` is the list below `http:`, indented from zero. */
export function virtualService(name: string, host: string, http: string, options: RuleOptions = {}): string {
  const gateways = options.gateways === undefined ? '' : `  gateways: [${options.gateways.join(', ')}]\n`;
  return `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: ${name}
  namespace: ${options.namespace ?? 'heroes'}
spec:
  hosts: [${host}]
${gateways}  http:
${indent(http, 2)}
`;
}

/** A DestinationRule with subsets by the label `version`; `trafficPolicy` is what stands below that key, indented from zero. */
export function destinationRule(
  host: string,
  versions: readonly string[],
  trafficPolicy = '',
  namespace = 'heroes',
): string {
  const policy = trafficPolicy === '' ? '' : `  trafficPolicy:\n${indent(trafficPolicy, 4)}\n`;
  const subsets = versions.map((version) => `  - name: ${version}\n    labels: { version: ${version} }\n`).join('');
  return `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata:
  name: ${host}
  namespace: ${namespace}
spec:
  host: ${host}
${policy}${subsets === '' ? '' : `  subsets:\n${subsets}`}`;
}

/** `spec` is what stands below that key, indented from zero. */
export function authorizationPolicy(name: string, spec: string, namespace = 'heroes'): string {
  return `apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata:
  name: ${name}
  namespace: ${namespace}
spec:
${indent(spec, 2)}
`;
}

export function peerAuthentication(mode: string, namespace = 'heroes'): string {
  return `apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata:
  name: default
  namespace: ${namespace}
spec:
  mtls:
    mode: ${mode}
`;
}

export interface SourceOptions {
  readonly rps: number;
  /** Deployment that sends the requests; a client outside without. */
  readonly from?: string;
  readonly via?: string;
  readonly namespace?: string;
}

/** A TrafficSource; each request is the inside of one flow mapping: `url: "http://..."`. */
export function trafficSource(name: string, options: SourceOptions, requests: readonly string[]): string {
  return `apiVersion: meshwork.dev/v1alpha1
kind: TrafficSource
metadata:
  name: ${name}
  namespace: ${options.namespace ?? 'heroes'}
spec:
${options.from === undefined ? '' : `  from: { workload: ${options.from} }\n`}${options.via === undefined ? '' : `  via: ${options.via}\n`}  rate: { rps: ${options.rps}, process: poisson }
  requests:
${requests.map((request) => `  - { ${request} }\n`).join('')}`;
}

export function joined(...texts: readonly string[]): string {
  return texts.join('---\n');
}

/** The users of the Hero Registry, with the requests given instead of their own; fifty a second. */
export function heroUsers(...requests: readonly string[]): string {
  return trafficSource('users', { rps: 50, via: 'istio-ingressgateway.istio-system' }, requests);
}

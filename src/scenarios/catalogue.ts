import type { ScenarioDefinition } from '../session';
import bookinfoRules from './bookinfo/destination-rules.yaml?raw';
import bookinfoGateway from './bookinfo/gateway.yaml?raw';
import bookinfoReviews from './bookinfo/reviews-route.yaml?raw';
import bookinfoWorkloads from './bookinfo/workloads.yaml?raw';
import heroAuth from './hero-registry/auth-route.yaml?raw';
import heroBehaviors from './hero-registry/behaviors.yaml?raw';
import heroEquipment from './hero-registry/equipment-route.yaml?raw';
import heroGateway from './hero-registry/gateway.yaml?raw';
import heroMissions from './hero-registry/missions-route.yaml?raw';
import heroPeerAuth from './hero-registry/peer-auth.yaml?raw';
import heroTraffic from './hero-registry/traffic.yaml?raw';
import heroWorkloads from './hero-registry/workloads.yaml?raw';
import boutiqueRoute from './online-boutique/frontend-route.yaml?raw';
import boutiqueWorkloads from './online-boutique/workloads.yaml?raw';
import { PRESETS } from './presets';

const HERO_NOTES = `# The Hero Registry

A small company of services keeps track of heroes, their missions and their equipment. Fifty requests a second come
through the ingress gateway; every circle on the canvas is one of them.

- **auth** checks every request; one in ten goes to version 2.
- **missions** asks **equipment**, and now and then an outside host.
- **ultron** probes equipment from a namespace without sidecars.

## Try
- Change the weights in \`auth-route.yaml\` and apply.
- Break a pod of missions, then give its route retries.
- Set \`mode: STRICT\` in \`peer-auth.yaml\` and look at ultron.
`;

const BOOKINFO_NOTES = `# Bookinfo

Istio's bookshop: **productpage** asks **details** and **reviews**; reviews in versions 2 and 3 ask **ratings** for the
stars. One visitor in five is signed in as *jason*.

## Try
- Shift \`reviews-route.yaml\` to version 3.
- Route jason to version 2 by the header \`end-user\`.
- Delay ratings by 7 s for jason and see where the time goes.
`;

const BOUTIQUE_NOTES = `# Online Boutique

Eleven services, most of them gRPC. The load generator's shoppers browse, fill carts and check out.

## Try
- Slow down **currencyservice**: almost every page needs it.
- Give **productcatalogservice** a circuit breaker and raise the load.
`;

/** The worlds that come with the program; the first one is shown to a newcomer. */
export const SCENARIOS: readonly ScenarioDefinition[] = [
  {
    id: 'hero-registry',
    title: 'Hero Registry',
    dialect: 'istio',
    seed: 1,
    notes: HERO_NOTES,
    files: [
      { path: 'missions-route.yaml', text: heroMissions },
      { path: 'auth-route.yaml', text: heroAuth },
      { path: 'equipment-route.yaml', text: heroEquipment },
      { path: 'peer-auth.yaml', text: heroPeerAuth },
      { path: 'gateway.yaml', text: heroGateway },
      { path: 'workloads.yaml', text: heroWorkloads },
      { path: 'behaviors.yaml', text: heroBehaviors },
      { path: 'traffic.yaml', text: heroTraffic },
    ],
    presets: PRESETS,
  },
  {
    id: 'bookinfo',
    title: 'Bookinfo',
    dialect: 'istio',
    seed: 1,
    notes: BOOKINFO_NOTES,
    files: [
      { path: 'reviews-route.yaml', text: bookinfoReviews },
      { path: 'destination-rules.yaml', text: bookinfoRules },
      { path: 'gateway.yaml', text: bookinfoGateway },
      { path: 'workloads.yaml', text: bookinfoWorkloads },
    ],
    presets: PRESETS,
  },
  {
    id: 'online-boutique',
    title: 'Online Boutique',
    dialect: 'istio',
    seed: 1,
    notes: BOUTIQUE_NOTES,
    files: [
      { path: 'frontend-route.yaml', text: boutiqueRoute },
      { path: 'workloads.yaml', text: boutiqueWorkloads },
    ],
    presets: PRESETS,
  },
  {
    id: 'empty',
    title: 'Empty cluster',
    dialect: 'istio',
    seed: 1,
    notes: '# Empty cluster\n\nPaste manifests into the editor, or drop files onto the page, and apply.\n',
    files: [{ path: 'manifests.yaml', text: '' }],
    presets: PRESETS,
  },
];

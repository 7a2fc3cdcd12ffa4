/** The interface on a drawing instead of an engine: `dev.html?world=small|hero|states|<number of services>`. Not in the build. */
import { startPage } from '../start';
import { createFakeClient } from './fake-client';
import { bigWorld, type FakeWorld, heroWorld, smallWorld, stateWorld } from './fake-world';

function worldOf(name: string): FakeWorld {
  if (name === 'small') return smallWorld();
  if (name === 'states') return stateWorld();
  const count = Number(name);
  return count > 0 ? bigWorld(count) : heroWorld();
}

const NOTES = `One of three \`missions\` pods refuses half of its connections. Let the sidecar **retry**, then watch what the
same policy does when every pod is overloaded.

## Try
1. Open the failing pod and find its response flag.
2. Give the \`missions\` route \`retries.attempts: 2\` for \`5xx\`.
3. Eject the bad pod with outlier detection instead.
`;

const query = new URLSearchParams(globalThis.location.search);
const { client, tick, report, fail } = createFakeClient(worldOf(query.get('world') ?? 'hero'));
setInterval(() => tick(16), 16);
setInterval(report, 250);
if (query.has('fail')) setTimeout(() => fail('out of memory.'), 3_000);

const root = document.getElementById('root');
if (root !== null) {
  const scenario = {
    id: 'drawn',
    title: 'Hero Registry',
    dialect: 'istio',
    seed: 42,
    notes: NOTES,
    files: [],
    presets: [],
  } as const;
  startPage(root, {
    client,
    catalogue: {
      list: [
        { id: 'drawn', title: 'Hero Registry', summary: 'A small company of services' },
        { id: 'bookinfo', title: 'Bookinfo', summary: 'The bookshop of the Istio documentation' },
        { id: 'boutique', title: 'Online Boutique', summary: 'Eleven services, most of them gRPC' },
      ],
      open: () => Promise.resolve(scenario),
    },
    slots: {
      editor: () => <div className="panel-loading">The editor stands here.</div>,
      dockTabs: ['Metrics', 'Traces', 'Access log', 'Events'].map((label) => ({
        id: label.toLowerCase().replace(' ', '-'),
        label,
        component: () => <div className="panel-loading">{label} stand here.</div>,
      })),
    },
  });
}

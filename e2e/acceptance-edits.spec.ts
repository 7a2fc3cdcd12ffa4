// The edits that the playground is for: typed into the editor, judged by the numbers on the screen.
import { expect, test } from '@playwright/test';
import {
  authorizationPolicy,
  destinationRule,
  heroUsers,
  joined,
  peerAuthentication,
  trafficSource,
  virtualService,
} from '../tests/acceptance/support/manifests';
import { heroFile, Playground, share } from './support/playground';

/** Requests that end under the old configuration right after an apply, at most: pushes take 120 ms. */
const STRAGGLERS = 12;

const API = 'heroes/hero-registry-api';
const AUTH = 'heroes/auth';
const MISSIONS = 'heroes/missions';
const EQUIPMENT = 'heroes/equipment';

function change(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`the text has no ${JSON.stringify(from)}`);
  return text.replace(from, to);
}

// Seconds where nothing else runs; what waits here waits for numbers on the screen, however slow the machine.
test.setTimeout(240_000);

let playground: Playground;

test.beforeEach(async ({ page }) => {
  playground = await Playground.open(page);
});

test('a split of 50/50 and back to 90/10, by keyboard alone', async ({ page }) => {
  const { keyboard } = page;
  const rewrite = async (from: string, to: string): Promise<void> => {
    await keyboard.press('Control+Home');
    await keyboard.press('Control+f');
    await expect(page.getByRole('textbox', { name: 'Find' })).toBeFocused();
    await keyboard.press('Control+a');
    await keyboard.insertText(from);
    await keyboard.press('Enter');
    await keyboard.press('Escape');
    await keyboard.type(to);
  };
  await playground.command('Next manifest');
  await expect(page.getByRole('tab', { name: /^auth-route\.yaml/ })).toHaveAttribute('aria-selected', 'true');
  await playground.command('Show the YAML');
  await expect(page.getByTestId('editor-code').locator('.view-line').first()).toBeVisible();
  const focused = page.getByTestId('editor-code').locator(':focus');
  for (let presses = 0; presses < 60 && (await focused.count()) === 0; presses++) await keyboard.press('Tab');
  await expect(focused).toBeAttached();
  await rewrite('weight: 90', 'weight: 50');
  await rewrite('weight: 10', 'weight: 50');
  await playground.apply();
  await expect(playground.outcome).toContainText('1 resource changed');
  // The search goes on from the match it finds while one types to the one after it.
  await rewrite('weight: 50', 'weight: 10');
  await rewrite('weight: 50', 'weight: 90');
  await playground.apply();
  await expect(playground.outcome).toContainText('1 resource changed');
  // The service is chosen in the table of the topology, where every service is a button.
  await playground.command('Topology as a table');
  const auth = page.getByTestId('text-view').getByRole('button', { name: 'auth', exact: true });
  // Ctrl+M lets Tab leave the editor instead of indenting.
  await keyboard.press('Control+m');
  for (let presses = 0; presses < 60 && !(await auth.evaluate((node) => node === document.activeElement)); presses++)
    await keyboard.press('Shift+Tab');
  await expect(auth).toBeFocused();
  await keyboard.press('Enter');
  await playground.command('Show Totals');
  await playground.command('Run at 50×');
  await expect
    .poll(async () => (await playground.edge(API, AUTH)).requests, { timeout: 90_000 })
    .toBeGreaterThanOrEqual(1_500);
  const { versions } = await playground.edge(API, AUTH);
  expect(Math.abs(share(versions, 'v2') - 0.1)).toBeLessThan(0.023);
});

test('a header route', async () => {
  await playground.edit({
    'auth-route.yaml': joined(
      virtualService(
        'auth',
        'auth',
        `
- match:
  - headers:
      x-hero-rank: { exact: captain }
  route:
  - destination: { host: auth, subset: v2 }
- route:
  - destination: { host: auth, subset: v1 }`,
      ),
      destinationRule('auth', ['v1', 'v2']),
    ),
    'traffic.yaml': heroUsers(
      'weight: 1, url: "http://hero.example/heroes", headers: { x-hero-rank: captain }',
      'weight: 3, url: "http://hero.example/heroes"',
    ),
  });
  const { versions } = await playground.measure(API, AUTH, 2_000);
  expect(Math.abs(share(versions, 'v2') - 0.25)).toBeLessThan(0.05);
});

test('retries heal a version of which half of the answers are 503, which nobody tries again by default', async () => {
  await playground.edit({
    'behaviors.yaml': change(
      heroFile('behaviors.yaml'),
      '    - compute: { lognormal: { median: 9ms, sigma: 0.6 } }\n    response: { size: 1Ki }',
      '    - compute: { lognormal: { median: 9ms, sigma: 0.6 } }\n    response: { size: 1Ki, outcomes: [ { weight: 1, status: 200 }, { weight: 1, status: 503 } ] }',
    ),
  });
  const broken = await playground.measure('heroes/missions', EQUIPMENT, 600);
  expect(share(broken.statuses, '503')).toBeGreaterThan(0.1);
  expect(broken.attempts - broken.requests).toBeLessThan(STRAGGLERS);
  await playground.edit({
    'equipment-route.yaml': joined(
      virtualService(
        'equipment',
        'equipment',
        '- retries: { attempts: 3, retryOn: 5xx }\n  route:\n  - destination: { host: equipment }',
      ),
      destinationRule('equipment', ['v1', 'v2']),
    ),
  });
  const healed = await playground.measure('heroes/missions', EQUIPMENT, 1_000);
  expect(1 - share(healed.statuses, '503')).toBeGreaterThan(0.99);
  expect(healed.attempts / healed.requests).toBeGreaterThan(1.08);
});

test('a timeout answers 504 with UT', async ({ page }) => {
  await playground.edit({
    'behaviors.yaml': change(
      heroFile('behaviors.yaml'),
      '    - compute: { lognormal: { median: 8ms, sigma: 0.5 } }',
      '    - compute: 500ms',
    ),
    'missions-route.yaml': change(heroFile('missions-route.yaml'), 'timeout: 2s', 'timeout: 100ms'),
  });
  const { requests, statuses, flags } = await playground.measure(API, MISSIONS, 300);
  expect(requests - (statuses['504'] ?? 0)).toBeLessThan(STRAGGLERS);
  expect(flags['UT']).toBe(statuses['504']);
  await playground.logLines('hero-registry-api', /"GET \/missions HTTP\/1.1" 504 UT response_timeout/);
  await page.locator('.log-row .log-text').filter({ hasText: '504 UT' }).first().click();
  await expect(page.getByTestId('log-flags')).toContainText('UT');
});

test('an injected abort sets FI', async () => {
  await playground.edit({
    'missions-route.yaml': joined(
      virtualService(
        'missions',
        'missions',
        '- fault:\n    abort: { httpStatus: 503, percentage: { value: 50 } }\n  route:\n  - destination: { host: missions, subset: v1 }',
      ),
      destinationRule('missions', ['v1']),
    ),
  });
  const { requests, statuses, flags } = await playground.measure(API, MISSIONS, 800);
  expect(Math.abs((flags['FI'] ?? 0) / requests - 0.5)).toBeLessThan(0.08);
  expect(statuses['503']).toBeGreaterThanOrEqual(flags['FI'] ?? 0);
  await playground.logLines('hero-registry-api', / 503 FI fault_filter_abort /);
});

for (const [title, percent, ejected] of [
  ['outlier detection ejects the failing pod', 50, true],
  ['outlier detection at the default maxEjectionPercent ejects none of three pods', undefined, false],
] as const) {
  test(title, async ({ page }) => {
    const limit = percent === undefined ? '' : `, maxEjectionPercent: ${percent}`;
    const detection = `outlierDetection: { consecutive5xxErrors: 5, interval: 1s, baseEjectionTime: 300s${limit} }`;
    const three = change(
      heroFile('workloads.yaml'),
      '  name: missions-v1\n  namespace: heroes\nspec:\n  replicas: 2',
      '  name: missions-v1\n  namespace: heroes\nspec:\n  replicas: 3',
    );
    await playground.edit({
      'workloads.yaml': three,
      'missions-route.yaml': joined(
        virtualService('missions', 'missions', '- route:\n  - destination: { host: missions }'),
        destinationRule('missions', [], detection),
      ),
    });
    // One pod is chosen and broken by hand.
    await playground.select('missions');
    const pods = page.getByRole('region', { name: 'Pods' }).getByRole('button');
    await expect(pods.filter({ hasText: /ready$/ })).toHaveCount(3, { timeout: 60_000 });
    await pods.first().click();
    await playground.command('Chaos');
    await page.getByText('Errors', { exact: true }).click();
    await page.getByRole('slider', { name: 'Share of requests' }).press('End');
    await page.getByRole('radio', { name: 'Until mended' }).click();
    await page.getByRole('button', { name: /^Break now/ }).click();
    await playground.setSpeed(50);
    await playground.select('missions');
    const broken = pods.filter({ hasText: /ejected$/ });
    if (ejected) {
      await expect(broken).toHaveCount(1, { timeout: 60_000 });
      return;
    }
    await expect(pods.filter({ hasText: /failing$/ })).toHaveCount(1, { timeout: 60_000 });
    const start = await playground.seconds();
    await playground.waitForClock(start + 60);
    await expect(broken).toHaveCount(0);
  });
}

test('a full connection pool overflows with UO', async () => {
  await playground.edit({
    'behaviors.yaml': change(
      heroFile('behaviors.yaml'),
      '    - compute: { lognormal: { median: 8ms, sigma: 0.5 } }',
      '    - compute: 400ms',
    ),
    'missions-route.yaml': joined(
      virtualService('missions', 'missions', '- route:\n  - destination: { host: missions, subset: v1 }'),
      destinationRule(
        'missions',
        ['v1'],
        'connectionPool:\n  tcp: { maxConnections: 1 }\n  http: { http1MaxPendingRequests: 1 }',
      ),
    ),
  });
  const { statuses, flags } = await playground.measure(API, MISSIONS, 300);
  expect(flags['UO']).toBeGreaterThan(15);
  expect(statuses['503']).toBeGreaterThanOrEqual(flags['UO'] ?? 0);
  await playground.logLines('hero-registry-api', / 503 UO upstream_reset_before_response_started\{overflow\} /);
});

test('an AuthorizationPolicy gives 403 for /write and 200 for /read', async () => {
  await playground.edit({
    'traffic.yaml': trafficSource('clerk', { rps: 20, from: 'missions-v1' }, [
      'weight: 1, url: "http://equipment:8080/read"',
      'weight: 1, method: POST, url: "http://equipment:8080/write"',
    ]),
    'peer-auth.yaml': authorizationPolicy(
      'readers',
      'selector: { matchLabels: { app: equipment } }\naction: ALLOW\nrules:\n- to:\n  - operation: { methods: [GET], paths: [/read] }',
    ),
  });
  const { requests, denied, statuses } = await playground.measure('heroes/missions', EQUIPMENT, 600);
  expect(denied).toBe(statuses['403']);
  expect(Math.abs(denied / requests - 0.5)).toBeLessThan(0.12);
  const lines = await playground.logLines('equipment', /"POST \/write /, /"GET \/read /);
  const written = lines.filter((line) => line.includes('/write '));
  const read = lines.filter((line) => line.includes('/read '));
  for (const line of written) expect(line).toMatch(/ 403 - /);
  for (const line of read) expect(line).toMatch(/ 200 - via_upstream /);
});

test('mutual TLS in mode STRICT refuses the client without a sidecar', async () => {
  await playground.edit({ 'peer-auth.yaml': peerAuthentication('STRICT') });
  const ultron = await playground.measure('villains/ultron', EQUIPMENT, 60);
  expect(ultron.requests - (ultron.statuses['0'] ?? 0)).toBeLessThan(3);
  const missions = await playground.edge('heroes/missions', EQUIPMENT);
  expect(missions.statuses).toEqual({ '200': missions.requests });
});

for (const [title, versions, flag, details] of [
  ['a missing subset gives 503 NC', ['v1'], 'NC', 'cluster_not_found'],
  ['a subset without pods gives 503 UH', ['v1', 'v9'], 'UH', 'no_healthy_upstream'],
] as const) {
  test(title, async () => {
    await playground.edit({
      'missions-route.yaml': joined(
        virtualService('missions', 'missions', '- route:\n  - destination: { host: missions, subset: v9 }'),
        destinationRule('missions', versions),
      ),
    });
    const { requests, statuses, flags } = await playground.measure(API, MISSIONS, 200);
    expect(requests - (statuses['503'] ?? 0)).toBeLessThan(STRAGGLERS);
    expect(flags[flag]).toBe(statuses['503']);
    await playground.logLines('hero-registry-api', new RegExp(` 503 ${flag} ${details} `));
  });
}

test('no matching route gives 404 NR', async () => {
  await playground.edit({
    'missions-route.yaml': joined(
      virtualService(
        'missions',
        'missions',
        '- match:\n  - uri: { exact: /other }\n  route:\n  - destination: { host: missions, subset: v1 }',
      ),
      destinationRule('missions', ['v1']),
    ),
  });
  const { requests, statuses, flags } = await playground.measure(API, MISSIONS, 200);
  expect(requests - (statuses['404'] ?? 0)).toBeLessThan(STRAGGLERS);
  expect(flags).toEqual({ NR: statuses['404'] });
  await playground.logLines('hero-registry-api', / 404 NR route_not_found /);
});

test('consistent hashing pins a header value to one pod', async () => {
  await playground.edit({
    'auth-route.yaml': joined(
      virtualService('auth', 'auth', '- route:\n  - destination: { host: auth }'),
      destinationRule('auth', [], 'loadBalancer:\n  consistentHash:\n    httpHeaderName: x-hero-rank'),
    ),
    'traffic.yaml': heroUsers('url: "http://hero.example/heroes", headers: { x-hero-rank: captain }'),
  });
  await playground.measure(API, AUTH, 1_000);
  const upstreams = new Set(
    (await playground.logLines('hero-registry-api', /outbound\|8080\|\|auth/))
      .filter((line) => line.includes('outbound|8080||auth.heroes.svc.cluster.local'))
      .map((line) => /"([\d.]+:8080)" outbound\|8080\|\|auth/.exec(line)?.[1]),
  );
  expect([...upstreams]).toHaveLength(1);
  expect([...upstreams][0]).toBeDefined();
});

test('a namespace label and a rolling restart bring sidecars', async ({ page }) => {
  const labelled = change(
    heroFile('workloads.yaml'),
    '  name: villains\n',
    '  name: villains\n  labels: { istio-injection: enabled }\n',
  );
  await playground.edit({ 'workloads.yaml': labelled, 'peer-auth.yaml': peerAuthentication('STRICT') });
  const before = await playground.measure('villains/ultron', EQUIPMENT, 40);
  expect(before.requests - (before.statuses['0'] ?? 0)).toBeLessThan(3);
  await playground.select('ultron');
  await page.getByTestId('command-cluster.restart').click();
  await playground.setSpeed(50);
  const start = await playground.seconds();
  await playground.waitForClock(start + 60);
  await playground.edit({ 'equipment-route.yaml': destinationRule('equipment', []) });
  const after = await playground.measure('villains/ultron', EQUIPMENT, 60);
  expect(after.statuses).toEqual({ '200': after.requests });
});

// The picture of the topology: when it is complete, and when it is at rest.
import { expect, type Page } from '@playwright/test';

/** Every call of the default scenario. Each is drawn when its first request is under way. */
const CALLS = [
  '/users->istio-system/istio-ingressgateway',
  'heroes/equipment->heroes/hero-db',
  'heroes/hero-registry-api->heroes/auth',
  'heroes/hero-registry-api->heroes/missions',
  'heroes/missions->/api.quantum.example',
  'heroes/missions->heroes/equipment',
  'istio-system/istio-ingressgateway->heroes/hero-registry-api',
  'villains/ultron->heroes/equipment',
];

/** Waits until cards and camera have come to rest. */
export async function waitForRest(page: Page): Promise<void> {
  await expect(page.getByTestId('topology')).toHaveAttribute('aria-busy', 'false');
}

/** Waits until no call is to come that would lay the cards out anew, and until they have come to rest. */
export async function waitForWholePicture(page: Page): Promise<void> {
  const lines = page.locator('[data-testid^="edge-"]');
  const drawn = () => lines.evaluateAll((all) => all.map((line) => line.getAttribute('data-testid')?.slice(5)).sort());
  await expect.poll(drawn).toEqual(CALLS);
  await waitForRest(page);
}

/** Waits until two pictures of the particles in a row are the same: time stands still on the screen too. */
export async function waitForStandstill(page: Page): Promise<void> {
  const picture = () => page.getByTestId('flights').screenshot();
  let before = await picture();
  await expect
    .poll(async () => {
      const now = await picture();
      const same = now.equals(before);
      before = now;
      return same;
    })
    .toBe(true);
}

// Addresses in 127.0.0.0/8: every pod of every scenario has one of its own, equal on both sides, with one port for all.
import { createServer } from 'node:net';
import type { Place, Scenario } from './contract';

/** A port that is free on every address, and the part of the loopback network that this run takes. */
export interface Ground {
  readonly port: number;
  readonly octet: number;
}

export async function findGround(): Promise<Ground> {
  return { port: await findFreePort(), octet: 1 + (process.pid % 200) };
}

/** A port that nothing listens on, on any address. */
export function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '0.0.0.0', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

const CLIENT = 1;
/** Scenarios of one second octet; with more of them the next octet follows. */
const PER_OCTET = 250;
const FIRST_POD = 10;
const FIRST_APPLICATION = 100;

export function placeOf(scenario: Scenario, number: number, { port, octet }: Ground): Place {
  const address = (last: number) => `127.${octet + Math.floor(number / PER_OCTET)}.${number % PER_OCTET}.${last}`;
  const indexOf = (pod: string) => {
    const index = scenario.pods.findIndex(({ name }) => name === pod);
    if (index < 0) throw new Error(`${scenario.name} has no pod ${pod}`);
    return index;
  };
  return {
    scenario: scenario.name,
    port,
    clientIp: address(CLIENT),
    ip: (pod) => address(FIRST_POD + indexOf(pod)),
    appIp: (pod) => address(FIRST_APPLICATION + indexOf(pod)),
    cluster: (name) => `${scenario.name}-${name}`,
  };
}

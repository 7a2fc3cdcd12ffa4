/// <reference lib="webworker" />
// Runs in a browser's worker: measures the engine when told to and posts the rates.
import { engineRates } from './engine-rates';

addEventListener('message', (event: MessageEvent<boolean>) => {
  postMessage(engineRates(event.data, () => performance.now() / 1000));
});

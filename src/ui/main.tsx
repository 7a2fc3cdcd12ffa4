import { createWorkerClient } from '../worker';
import { CATALOGUE } from './catalogue';
import { SLOTS } from './slots';
import { startPage } from './start';

const container = document.getElementById('root');
if (container === null) throw new Error('index.html has no element with the id "root"');
startPage(container, { client: createWorkerClient(), catalogue: CATALOGUE, slots: SLOTS });

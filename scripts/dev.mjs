// `npm run dev`: the page with hot reload.
import { runNode, tool } from './lib/command.mjs';
import { ensureInstalled } from './lib/install.mjs';

ensureInstalled();
process.exitCode = await runNode([tool('vite/bin/vite.js'), ...process.argv.slice(2)]);

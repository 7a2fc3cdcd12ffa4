// `npm run build`: the page, into dist/. MESHWORK_BASE overrides the relative base './'.
import { build } from './lib/build.mjs';
import { ensureInstalled } from './lib/install.mjs';

ensureInstalled();
process.exitCode = await build(process.argv.slice(2));

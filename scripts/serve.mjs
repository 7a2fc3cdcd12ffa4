// Serves the built page: node scripts/serve.mjs [--port 4173] [--prefix /nested/path/]
import { parseArgs } from 'node:util';
import { serve } from './lib/serve.mjs';

const { values } = parseArgs({
  options: { port: { type: 'string', default: '4173' }, prefix: { type: 'string', default: '/' } },
});
process.stdout.write(`${await serve({ port: Number(values.port), prefix: values.prefix })}\n`);

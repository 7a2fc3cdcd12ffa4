// Serves dist/ on this machine only, at the root or below any path, as a static host would.
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { ROOT } from './root.mjs';

const HOST = '127.0.0.1';
const DIST = join(ROOT, 'dist');

/** @type {Record<string, string>} */
const MEDIA_TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
  '.yaml': 'text/yaml; charset=utf-8',
};

/**
 * The file a request names, or undefined when it names none inside dist/.
 * @param {string} address
 * @param {string} prefix
 */
function findFile(address, prefix) {
  let path;
  try {
    path = decodeURIComponent(new URL(address, `http://${HOST}`).pathname);
  } catch {
    return undefined;
  }
  if (!path.startsWith(prefix)) return undefined;
  const relative = path.slice(prefix.length);
  const file = normalize(join(DIST, relative === '' || relative.endsWith('/') ? `${relative}index.html` : relative));
  if (!file.startsWith(DIST + sep)) return undefined;
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? file : undefined;
}

/**
 * Listens on `port`; with `tries` above 1 the following ports are tried when it is taken.
 * @param {{ port: number, prefix?: string, tries?: number }} options
 * @returns {Promise<string>} the page's address
 */
export async function serve({ port, prefix = '/', tries = 1 }) {
  const server = createServer((request, response) => {
    const file = findFile(request.url ?? '/', prefix);
    if (file === undefined || (request.method !== 'GET' && request.method !== 'HEAD')) {
      response.writeHead(file === undefined ? 404 : 405, { 'content-type': 'text/plain' }).end('not found\n');
      return;
    }
    response.writeHead(200, {
      'content-type': MEDIA_TYPES[extname(file)] ?? 'application/octet-stream',
      'content-length': statSync(file).size,
      'cache-control': 'no-cache',
    });
    if (request.method === 'HEAD') response.end();
    else createReadStream(file).pipe(response);
  });
  const taken = await listenFrom(server, port, tries);
  return `http://${HOST}:${taken}${prefix}`;
}

/**
 * @param {import('node:http').Server} server
 * @param {number} first
 * @param {number} tries
 * @returns {Promise<number>}
 */
async function listenFrom(server, first, tries) {
  for (let port = first; port < first + tries; port += 1) {
    const error = await listenOnce(server, port);
    if (error === undefined) {
      const address = server.address();
      return typeof address === 'object' && address !== null ? address.port : port;
    }
    if (error.code !== 'EADDRINUSE') throw error;
  }
  throw new Error(`port ${first} and the ${tries - 1} after it are taken`);
}

/**
 * @param {import('node:http').Server} server
 * @param {number} port
 * @returns {Promise<NodeJS.ErrnoException | undefined>}
 */
function listenOnce(server, port) {
  return new Promise((resolve) => {
    /** @param {NodeJS.ErrnoException} error */
    const fail = (error) => {
      server.removeListener('listening', succeed);
      resolve(error);
    };
    const succeed = () => {
      server.removeListener('error', fail);
      resolve(undefined);
    };
    server.once('error', fail);
    server.once('listening', succeed);
    server.listen(port, HOST);
  });
}

// The scripted applications behind the real proxies: HTTP/1.1, HTTP/2 without TLS, TCP, and one that never says a word.
import {
  createServer as createHttp,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { constants, createServer as createHttp2, type ServerHttp2Stream } from 'node:http2';
import { createServer as createTcp, type Server as NetServer, type Socket } from 'node:net';
import { type AnswerRule, type PodScript, TCP_ANSWER } from './contract';
import type { Stoppable } from './resources';

function ruleFor(
  rules: readonly AnswerRule[],
  method: string,
  path: string,
  headers: IncomingHttpHeaders,
): AnswerRule | undefined {
  const isGrpc = headers['content-type']?.startsWith('application/grpc') === true;
  return rules.find(
    (rule) =>
      path.startsWith(rule.path ?? '') &&
      (rule.method === undefined || rule.method === method) &&
      (rule.grpcStatus === undefined || isGrpc) &&
      Object.entries(rule.when ?? {}).every(([name, value]) => headers[name] === value),
  );
}

function later(delayMs: number | undefined, act: () => void): void {
  if (delayMs === undefined || delayMs === 0) act();
  else setTimeout(act, delayMs);
}

function answerHttp1(rules: readonly AnswerRule[]) {
  return (request: IncomingMessage, response: ServerResponse) => {
    const rule = ruleFor(rules, request.method ?? '', request.url ?? '', request.headers);
    later(rule?.delayMs, () => {
      if (rule?.reset === true) response.socket?.destroy();
      else {
        const body = 'x'.repeat(rule?.bodyBytes ?? 0);
        const status = rule?.status ?? (rule === undefined ? 404 : 200);
        const isCut = rule?.reset === 'afterHeaders';
        response.writeHead(status, { 'content-length': body.length + (isCut ? 1 : 0), ...rule?.headers });
        if (!isCut) response.end(body);
        else if (body === '') {
          response.flushHeaders();
          response.socket?.end();
        } else response.write(body, () => response.socket?.end());
      }
    });
  };
}

function answerHttp2(rules: readonly AnswerRule[]) {
  return (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    stream.on('error', () => {});
    const rule = ruleFor(rules, String(headers[':method']), String(headers[':path']), headers);
    const isGrpc = headers['content-type']?.startsWith('application/grpc') === true;
    later(rule?.delayMs, () => {
      if (stream.destroyed) return;
      if (rule?.reset === true) {
        stream.close(constants.NGHTTP2_INTERNAL_ERROR);
        return;
      }
      const grpc = isGrpc
        ? {
            'content-type': 'application/grpc',
            'grpc-status': String(rule === undefined ? 12 : (rule.grpcStatus ?? 0)),
          }
        : {};
      const status = rule?.status ?? (rule === undefined && !isGrpc ? 404 : 200);
      const body = 'x'.repeat(rule?.bodyBytes ?? 0);
      const isCut = rule?.reset === 'afterHeaders';
      stream.respond({ ':status': status, ...grpc, ...rule?.headers }, { endStream: body === '' && !isCut });
      // Closing a stream would end it properly first.
      if (isCut) stream.write(body, () => stream.destroy(new Error('cut off')));
      else if (body !== '') stream.end(body);
    });
  };
}

/** TCP: the bytes of a request are answered with as few, unless the script resets. */
function answerTcp(rules: readonly AnswerRule[]) {
  return (socket: Socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      const [rule] = rules;
      later(rule?.delayMs, () => {
        if (rule?.reset === true) socket.destroy();
        else socket.write(TCP_ANSWER);
      });
    });
  };
}

/** A pod's application at its address; may be stopped and started again. */
export class ScriptedPod implements Stoppable {
  readonly #script: PodScript;
  readonly #ip: string;
  readonly #port: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | NetServer | undefined;

  constructor(script: PodScript, ip: string, port: number) {
    this.#script = script;
    this.#ip = ip;
    this.#port = port;
  }

  start(): Promise<void> {
    const { serves, answers } = this.#script;
    const server =
      serves === 'silent'
        ? createTcp()
        : serves === 'tcp'
          ? createTcp(answerTcp(answers))
          : serves === 'http2'
            ? createHttp2()
                .on('stream', answerHttp2(answers))
                .on('sessionError', () => {})
            : createHttp({ keepAliveTimeout: 0, requestTimeout: 0 }, answerHttp1(answers));
    this.#server = server;
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.once('close', () => this.#sockets.delete(socket));
    });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: this.#ip, port: this.#port, backlog: 4096 }, () => resolve());
    });
  }

  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    const closed = new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

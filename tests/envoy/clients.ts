// The load generator: one request each, over kept-alive connections as applications have them.
import { Agent, request as httpRequest } from 'node:http';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { SERVICE } from './configure';
import { type RequestSpec, TCP_REQUEST } from './contract';
import type { Stoppable } from './resources';

/** No scripted request takes longer. */
const LIMIT_MS = 30_000;

/** What the client saw: a status, or 0 when the connection ended without one. */
export interface Answer {
  readonly status: number;
  readonly durationMs: number;
}

export class LoadClient implements Stoppable {
  readonly #ip: string;
  readonly #port: number;
  readonly #agent: Agent;
  #session: ClientHttp2Session | undefined;

  constructor(ip: string, port: number) {
    this.#ip = ip;
    this.#port = port;
    // The application is seen at the address of its pod, as in the engine.
    const localAddress = ip;
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: Number.POSITIVE_INFINITY,
      scheduling: 'lifo',
      localAddress,
    });
  }

  async send(spec: RequestSpec, id: string): Promise<Answer> {
    const start = performance.now();
    const protocol = spec.protocol ?? 'http';
    const status =
      protocol === 'tcp'
        ? await this.#tcp()
        : await (protocol === 'grpc' ? this.#grpc(spec, id) : this.#http(spec, id));
    return { status, durationMs: performance.now() - start };
  }

  #http(spec: RequestSpec, id: string): Promise<number> {
    return new Promise((resolve) => {
      const request = httpRequest(
        {
          host: this.#ip,
          port: this.#port,
          agent: this.#agent,
          method: spec.method ?? 'GET',
          path: spec.path ?? '/',
          timeout: LIMIT_MS,
          headers: { host: spec.authority ?? SERVICE, ...spec.headers, 'x-judge-id': id },
        },
        (response) => {
          response.resume();
          response.once('error', () => resolve(0));
          response.once('end', () => resolve(response.statusCode ?? 0));
        },
      );
      request.once('error', () => resolve(0));
      request.once('timeout', () => request.destroy());
      request.end('x'.repeat(spec.bodyBytes ?? 0));
    });
  }

  #grpc(spec: RequestSpec, id: string): Promise<number> {
    if (this.#session === undefined || this.#session.destroyed) {
      this.#session = connectHttp2(`http://${this.#ip}:${this.#port}`, { createConnection: () => this.#connect() });
      this.#session.on('error', () => {});
    }
    const session = this.#session;
    return new Promise((resolve) => {
      const stream = session.request(
        {
          ':method': spec.method ?? 'POST',
          ':path': spec.path ?? '/',
          ':authority': spec.authority ?? SERVICE,
          'content-type': 'application/grpc',
          te: 'trailers',
          ...spec.headers,
          'x-judge-id': id,
        },
        { endStream: true },
      );
      let status = 0;
      stream.once('response', (headers) => {
        status = headers[':status'] ?? 0;
      });
      stream.resume();
      stream.once('error', () => resolve(0));
      stream.once('close', () => resolve(status));
    });
  }

  /** A connection of its own: 200 when bytes come back, 0 when it ends before. */
  #tcp(): Promise<number> {
    return new Promise((resolve) => {
      const socket = this.#connect(() => socket.write(TCP_REQUEST));
      socket.once('data', () => {
        resolve(200);
        socket.end();
      });
      socket.once('error', () => resolve(0));
      socket.once('close', () => resolve(0));
    });
  }

  #connect(established?: () => void): Socket {
    return connect({ host: this.#ip, port: this.#port, localAddress: this.#ip }, established);
  }

  stop(): void {
    this.#agent.destroy();
    this.#session?.destroy();
  }
}

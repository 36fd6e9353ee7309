import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { KeyPair } from './authority.js';
import type { Echo } from './backend.js';

export interface Ask {
  readonly address: string;
  readonly port: number;
  readonly host: string;
  readonly path?: string;
  readonly method?: string;
  /** Name and value pairs, in order; names may repeat. */
  readonly headers?: readonly (readonly [string, string])[];
  readonly body?: string;
  /** Speaks TLS with this server name. */
  readonly sni?: string;
  /** What the client presents, with TLS. */
  readonly client?: KeyPair | undefined;
  readonly agent?: Agent;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Parsed when a backend answered. */
  readonly echo: Echo | undefined;
  /** Common name of the certificate that was served, with TLS. */
  readonly certificate: string | undefined;
}

/** One request over a connection of its own unless an agent is given; rejects on any transport error or after 10 s. */
export function ask({
  address,
  port,
  host,
  path = '/',
  method = 'GET',
  headers = [],
  body: sentBody,
  sni,
  client,
  agent,
}: Ask): Promise<Answer> {
  const raw: string[] = ['Host', host];
  for (const [name, value] of headers) raw.push(name, value);
  const options = { host: address, port, path, method, headers: raw, setHost: false, timeout: 10_000 };
  return new Promise((resolve, reject) => {
    const sent =
      sni === undefined
        ? httpRequest({ ...options, agent: agent ?? false })
        : httpsRequest({
            ...options,
            agent: false,
            servername: sni,
            rejectUnauthorized: false,
            ...(client && { cert: client.certificate, key: client.key }),
          });
    sent.on('timeout', () => sent.destroy(new Error('no answer within 10 s')));
    sent.on('error', reject);
    sent.on('response', (response) => {
      const certificate =
        sni === undefined
          ? undefined
          : (response.socket as TLSSocket).getPeerCertificate().subject.CN?.toString();
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body,
          echo: body.startsWith('{"backend"') ? (JSON.parse(body) as Echo) : undefined,
          certificate,
        }),
      );
    });
    sent.end(sentBody);
  });
}

export interface Load {
  /** Stops the workers and tells what they saw. */
  stop(): Promise<{ readonly sent: number; readonly failed: number; readonly failures: readonly string[] }>;
}

export interface LoadOptions {
  readonly workers?: number;
  /** Anything else is a failure. */
  readonly status?: number;
  /** It ends by itself then. */
  readonly limitMs?: number;
  readonly onAnswer?: (answer: Answer) => void;
}

/** A closed loop of `workers` that keep asking over kept-alive connections. */
export function startLoad(
  what: Omit<Ask, 'agent'>,
  { workers = 4, status = 200, limitMs = 30_000, onAnswer }: LoadOptions = {},
): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: workers });
  const begun = Date.now();
  const end = begun + limitMs;
  let running = true;
  let sent = 0;
  const failures: string[] = [];
  const failed = (how: string): unknown => failures.push(`after ${Date.now() - begun} ms: ${how}`);
  const worker = async (): Promise<void> => {
    while (running && Date.now() < end) {
      sent += 1;
      try {
        const answer = await ask({ ...what, agent });
        onAnswer?.(answer);
        if (answer.status !== status) failed(`${answer.status} ${answer.body.slice(0, 100)}`);
      } catch (error) {
        failed(String(error));
      }
    }
  };
  const all = Promise.all(Array.from({ length: workers }, worker));
  return {
    stop: async () => {
      running = false;
      await all;
      agent.destroy();
      return { sent, failed: failures.length, failures: failures.slice(0, 5) };
    },
  };
}

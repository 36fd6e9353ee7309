import { connect, type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2';

/** One HTTP/2 connection, whose server name chose the listener, and requests for any authority over it. */
export interface Session {
  /** `<status>` or, where a backend answered, `<status> <backend>`. */
  ask(authority: string, path?: string): Promise<string>;
  close(): void;
}

/** @param sni '': none */
export async function openSession(address: string, port: number, sni: string): Promise<Session> {
  const session: ClientHttp2Session = await new Promise((resolve, reject) => {
    const opened = connect(`https://${address}:${port}`, {
      servername: sni,
      rejectUnauthorized: false,
    });
    opened.once('connect', () => resolve(opened));
    opened.once('error', reject);
  });
  return {
    ask: (authority, path = '/') =>
      new Promise((resolve, reject) => {
        const stream = session.request({ ':authority': authority, ':path': path });
        let headers: IncomingHttpHeaders = {};
        stream.setTimeout(5_000, () => stream.destroy(new Error('no answer within 5 s')));
        stream.once('response', (seen) => (headers = seen));
        stream.once('error', reject);
        stream.once('end', () => {
          const backend = headers['x-backend']?.toString();
          resolve([headers[':status'], ...(backend === undefined ? [] : [backend])].join(' '));
        });
        stream.resume();
        stream.end();
      }),
    close: () => session.destroy(),
  };
}

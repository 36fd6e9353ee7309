// A backend that speaks TLS only, with the certificate that is written in front of this text as PAIR. Every answer closes its connection, so that every request
// is a handshake: open connections outlive the CAs that they were verified by.
import { createServer } from 'node:https';

createServer({ cert: globalThis.PAIR.certificate, key: globalThis.PAIR.key }, (_request, response) => {
  response.writeHead(200, { 'x-pod': process.env.POD, connection: 'close' });
  response.end('over TLS');
}).listen(8080, '::');
process.once('SIGTERM', () => process.exit(0));

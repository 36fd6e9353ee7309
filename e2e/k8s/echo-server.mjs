// The backend of tests: answers what it was asked, as JSON; echoes on upgraded connections; `/stream` sends a line ten times a second until the client goes.
import { createServer } from 'node:http';

const pod = process.env.POD;
const LINE_MS = 100;

const server = createServer((request, response) => {
  if (request.url.startsWith('/stream')) {
    response.writeHead(200, { 'content-type': 'text/plain', 'x-pod': pod });
    const timer = setInterval(() => response.write('line\n'), LINE_MS);
    response.once('close', () => clearInterval(timer));
    return;
  }
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk) => (body += chunk));
  request.on('end', () => {
    const { method, url: path, headers, httpVersion } = request;
    const peer = request.socket.remoteAddress;
    const answer = JSON.stringify({ pod, method, path, headers, httpVersion, peer, body });
    const length = Buffer.byteLength(answer);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': length, 'x-pod': pod });
    response.end(answer);
  });
});
server.on('upgrade', (_request, socket) => {
  socket.on('error', () => undefined);
  socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  socket.pipe(socket);
});
// A proxy keeps connections; whoever closes them first must be it.
server.keepAliveTimeout = 600_000;
server.requestTimeout = 0;
server.listen(8080, '::');
process.once(
  'SIGTERM',
  () => setTimeout(() => process.exit(0), 10_000).unref() && server.close(() => process.exit(0)),
);
